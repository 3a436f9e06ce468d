import { Monitor, Moon, Sun } from "lucide-react";
import { Button } from "../components/ui/button.tsx";
import { setTheme, THEMES, useTheme } from "../lib/theme.ts";

const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

/** Goes through system, light and dark. */
export function ThemeSwitch() {
  const theme = useTheme();
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  const Icon = ICONS[theme];
  return (
    <Button
      tone="quiet"
      size="icon"
      aria-label={`Theme: ${theme}. Switch to ${next}`}
      title={`Theme: ${theme}`}
      onClick={() => setTheme(next)}
    >
      <Icon aria-hidden className="size-4" />
    </Button>
  );
}
