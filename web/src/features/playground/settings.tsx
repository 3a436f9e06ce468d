import type { ChatParameters } from "../../api/chat.ts";
import { inputStyle, TextField } from "../../components/ui/field.tsx";
import { cn } from "../../lib/cn.ts";

export interface Settings {
  system: string;
  /** As typed; empty is the model's own. */
  temperature: string;
  maxTokens: string;
}

export const NO_SETTINGS: Settings = { system: "", temperature: "", maxTokens: "1000" };

/** What is wrong with the settings, or what they mean. */
export function parametersOf({ temperature, maxTokens }: Settings): {
  parameters: ChatParameters;
  problem: string | null;
} {
  const parameters: ChatParameters = {};
  if (temperature.trim() !== "") {
    const value = Number(temperature);
    if (!(value >= 0 && value <= 2)) return { parameters, problem: "Temperature is a number from 0 to 2." };
    parameters.temperature = value;
  }
  if (maxTokens.trim() !== "") {
    const value = Number(maxTokens);
    if (!Number.isInteger(value) || value < 1) return { parameters, problem: "Most tokens is a whole number." };
    parameters.max_completion_tokens = value;
  }
  return { parameters, problem: null };
}

export function SettingsForm({ settings, onChange }: { settings: Settings; onChange: (next: Settings) => void }) {
  return (
    <details className="rounded-lg border bg-surface open:pb-4">
      <summary className="flex h-10 items-center px-4 text-sm font-medium">System prompt and parameters</summary>
      <div className="grid gap-4 px-4 pt-1 sm:grid-cols-[minmax(0,1fr)_10rem_10rem]">
        <div className="flex flex-col gap-1.5">
          <label htmlFor="system" className="text-sm font-medium">
            System prompt
          </label>
          <textarea
            id="system"
            rows={3}
            value={settings.system}
            onChange={(event) => onChange({ ...settings, system: event.target.value })}
            className={cn(inputStyle, "h-auto py-2")}
          />
        </div>
        <TextField
          label="Temperature"
          hint="0 to 2; empty: the model's own"
          inputMode="decimal"
          value={settings.temperature}
          onChange={(event) => onChange({ ...settings, temperature: event.target.value })}
        />
        <TextField
          label="Most tokens"
          hint="Of each answer"
          inputMode="numeric"
          value={settings.maxTokens}
          onChange={(event) => onChange({ ...settings, maxTokens: event.target.value })}
        />
      </div>
    </details>
  );
}
