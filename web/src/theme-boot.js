// Runs before the first paint: the stored choice wins over the system's. Kept in step with lib/theme.ts.
try {
  const choice = localStorage.getItem("meterr.theme");
  if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
} catch {
  // Storage is blocked: the system's theme it is.
}
