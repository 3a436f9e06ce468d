import { useQuery } from "@tanstack/react-query";
import { type SocialProvider, signInOptionsQuery, signInWith } from "../../api/session.ts";
import { Button } from "../../components/ui/button.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";

const NAMES: Record<SocialProvider, string> = { github: "GitHub", google: "Google" };

/** A button for each provider that this instance is set up for; nothing where there is none. */
export function SocialButtons({ next }: { next: string }) {
  const { data } = useQuery(signInOptionsQuery);
  if (!data || data.providers.length === 0) return null;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center gap-3 text-xs text-ink-3 before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        or
      </div>
      {data.providers.map((provider) => (
        <Button
          key={provider}
          onClick={() => signInWith(provider, next).catch((problem) => toast(messageOf(problem), "bad"))}
        >
          Continue with {NAMES[provider]}
        </Button>
      ))}
    </div>
  );
}
