/** Some of a few: checkboxes, each with a line of its own where it needs one. */
export function Checks<T extends string>(props: {
  label: string;
  hint?: string;
  choices: readonly { value: T; title: string; text?: string }[];
  value: readonly T[];
  onChange: (value: T[]) => void;
}) {
  const { value, onChange } = props;
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium text-ink">{props.label}</legend>
      {props.choices.map((choice) => (
        <label key={choice.value} className="flex cursor-pointer items-start gap-2.5 rounded-md px-1 py-0.5">
          <input
            type="checkbox"
            checked={value.includes(choice.value)}
            onChange={(event) =>
              onChange(event.target.checked ? [...value, choice.value] : value.filter((each) => each !== choice.value))
            }
            className="mt-0.5 size-4 shrink-0 accent-accent-strong"
          />
          <span className="flex flex-col">
            <span className="text-sm">{choice.title}</span>
            {choice.text && <span className="text-xs text-ink-2">{choice.text}</span>}
          </span>
        </label>
      ))}
      {props.hint && <p className="text-xs text-ink-3">{props.hint}</p>}
    </fieldset>
  );
}
