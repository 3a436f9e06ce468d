/** Try a model, or several side by side, with what each answer really cost. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Eraser, LockKeyhole, Plus } from "lucide-react";
import { useState } from "react";
import { listModels } from "../../api/chat.ts";
import { meQuery } from "../../api/me.ts";
import { Button } from "../../components/ui/button.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Segmented } from "../../components/ui/segmented.tsx";
import { Empty, Failed, messageOf, SkeletonRows } from "../../components/ui/states.tsx";
import { MOST_MODELS, type PlaygroundSearch } from "../../lib/search.ts";
import { toast } from "../../lib/toast.ts";
import { Composer } from "./composer.tsx";
import { ModelColumn } from "./model-column.tsx";
import { NO_SETTINGS, parametersOf, SettingsForm } from "./settings.tsx";
import { useConversations } from "./use-conversations.ts";
import { usePlaygroundKey } from "./use-playground-key.ts";

/** What a first visit begins with, where it is reachable. */
const FIRST_CHOICES = ["openai/gpt-5-mini", "anthropic/claude-haiku-4-5", "google/gemini-2.5-flash"];

export function PlaygroundPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/playground" });
  const navigate = useNavigate();
  const { data: me } = useQuery(meQuery);
  const membership = me?.tenants.find((each) => each.id === tenant);
  const mode = search.mode ?? "live";
  const mayAsk = membership?.actions.includes("keys") ?? false;
  const key = usePlaygroundKey(tenant, { mode, user: membership?.user, enabled: mayAsk });
  const secret = key.state === "ready" ? key.key : null;
  const models = useQuery({
    queryKey: ["models", tenant, secret?.id],
    queryFn: ({ signal }) => listModels(secret?.key ?? "", signal),
    enabled: secret !== null,
  });
  const [settings, setSettings] = useState(NO_SETTINGS);
  const { parameters, problem } = parametersOf(settings);
  const conversations = useConversations();
  const { turns, isRunning } = conversations;

  const chosen = search.models?.split(",").slice(0, MOST_MODELS) ?? firstOf(models.data ?? []);
  const change = (next: PlaygroundSearch): void => {
    void navigate({ to: "/$tenant/playground", params: { tenant }, search: { ...search, ...next }, replace: true });
  };
  const choose = (next: readonly string[]): void => change({ models: next.join(",") });
  const ask = async (question: string): Promise<boolean> => {
    try {
      const { key: text } = await key.fresh();
      void conversations.ask({ models: chosen, system: settings.system, parameters, question, key: text });
      return true;
    } catch (error) {
      toast(`Not sent: ${messageOf(error)}`, "bad");
      return false;
    }
  };

  if (me && !mayAsk) {
    return (
      <Page title="Playground">
        <Empty icon={<LockKeyhole aria-hidden className="size-6" />} title="Your role makes no keys">
          The playground calls models with a key of its own. Ask an owner for the role of a developer.
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      fill
      title="Playground"
      controls={
        <>
          <Segmented
            label="Mode"
            value={mode}
            options={[
              { value: "live", text: "Live", title: "Real models, real money" },
              { value: "test", text: "Test", title: "The built-in sandbox, at no cost" },
            ]}
            onChange={(next) => change({ mode: next, models: undefined })}
          />
          {turns.length > 0 && (
            <Button size="sm" onClick={conversations.clear}>
              <Eraser aria-hidden className="size-3.5" />
              Clear
            </Button>
          )}
          <Button
            size="sm"
            disabled={chosen.length >= MOST_MODELS || turns.length > 0}
            title={turns.length > 0 ? "Clear the conversation to change the models" : undefined}
            onClick={() => choose([...chosen, nextOf(models.data ?? [], chosen)])}
          >
            <Plus aria-hidden className="size-3.5" />
            Compare
          </Button>
        </>
      }
    >
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-4 py-5 sm:px-6">
        {key.state === "failed" && <Failed what="A key for the playground" error={key.error} retry={key.retry} />}
        {models.isError && <Failed what="The models" error={models.error} retry={() => void models.refetch()} />}
        {(key.state === "pending" || models.isPending) && key.state !== "failed" && !models.isError && (
          <SkeletonRows rows={5} className="h-14" />
        )}
        {models.data?.length === 0 && (
          <Empty title="No model can be reached">Add a provider's credential, or try the test mode.</Empty>
        )}
        {models.data && models.data.length > 0 && (
          <>
            <SettingsForm settings={settings} onChange={setSettings} />
            <div className="grid flex-1 auto-rows-[minmax(min(26rem,55dvh),1fr)] gap-4 [grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))]">
              {chosen.map((model, place) => (
                <ModelColumn
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place; its model changes
                  key={place}
                  tenant={tenant}
                  place={place}
                  model={model}
                  models={models.data}
                  turns={turns}
                  onModel={(next) => choose(chosen.map((each, i) => (i === place ? next.replaceAll(",", "") : each)))}
                  onRemove={
                    chosen.length > 1 && turns.length === 0 ? () => choose(chosen.filter((_, i) => i !== place)) : null
                  }
                />
              ))}
            </div>
            <Composer
              blocked={problem ?? (chosen.includes("") ? "Name every model first." : null)}
              isRunning={isRunning}
              onAsk={ask}
              onStop={conversations.stop}
            />
            <p className="text-xs text-pretty text-ink-3">
              Asked with a key that ends within the hour and is kept nowhere. What it spends is tagged{" "}
              <code className="font-mono">source=playground</code>, and counts in every budget that covers it.
            </p>
          </>
        )}
      </div>
    </Page>
  );
}

const firstOf = (models: readonly string[]): string[] =>
  [FIRST_CHOICES.find((name) => models.includes(name)) ?? models[0]].filter((name) => name !== undefined);

const nextOf = (models: readonly string[], chosen: readonly string[]): string =>
  [...FIRST_CHOICES, ...models].find((name) => models.includes(name) && !chosen.includes(name)) ?? "";
