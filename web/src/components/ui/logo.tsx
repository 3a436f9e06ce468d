/** The mark: a meter whose needle stops before the end. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg aria-hidden viewBox="0 0 32 32" fill="none" strokeWidth="3" strokeLinecap="round" className={className}>
      <rect width="32" height="32" rx="8" fill="#2b50e0" />
      <path d="M7.5 20.5a8.5 8.5 0 0 1 17 0" stroke="#fff" strokeOpacity=".45" />
      <path d="M7.5 20.5a8.5 8.5 0 0 1 5.2-7.84M16 20.5l4.6-5.2" stroke="#fff" />
    </svg>
  );
}
