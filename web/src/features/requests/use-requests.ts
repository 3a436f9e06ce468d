/** The list of requests: pages from the API, with what happens meanwhile on top of them. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useLiveMessages, useLiveStatus } from "../../api/live.tsx";
import type { UsageRecord } from "../../api/types.ts";
import { matchesFilters, type UsageFilters, usageQuery } from "../../api/usage.ts";

/** As many live records are kept; who waits longer loads the list anew. */
const KEPT = 2_000;
/** A record is in the API within two seconds of its end. */
const STORED_AFTER_MS = 2_500;

export function useRequests(tenant: string, filters: UsageFilters, paused: boolean) {
  const pages = useInfiniteQuery({
    ...usageQuery(tenant, filters),
    // A list that is paused stays as it is, whoever comes back to its window.
    refetchOnWindowFocus: !paused,
    refetchOnReconnect: !paused,
  });
  const status = useLiveStatus();
  const [live, setLive] = useState<UsageRecord[]>([]);
  /** What arrived while paused, not shown yet. */
  const [waiting, setWaiting] = useState<UsageRecord[]>([]);
  const wanted = JSON.stringify([tenant, filters]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other filters begin another list
  useEffect(() => {
    setLive([]);
    setWaiting([]);
  }, [wanted]);

  useLiveMessages((message) => {
    if (message.type !== "usage" || !matchesFilters(message.data, filters)) return;
    const add = (old: UsageRecord[]): UsageRecord[] => [message.data, ...old].slice(0, KEPT);
    if (paused) setWaiting(add);
    else setLive(add);
  });

  const { refetch } = pages;
  useEffect(() => {
    if (status !== "offline" || paused) return;
    const timer = setInterval(() => void refetch(), 5_000);
    return () => clearInterval(timer);
  }, [status, paused, refetch]);

  const wasAway = useRef(false);
  useEffect(() => {
    if (status === "offline") wasAway.current = true;
    if (status !== "live" || paused || !wasAway.current) return;
    wasAway.current = false;
    // What ended while the socket was away is in the API alone: at once, or a moment later.
    void refetch();
    const timer = setTimeout(() => void refetch(), STORED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [status, paused, refetch]);

  const release = (): void => {
    setLive((old) => [...waiting, ...old].slice(0, KEPT));
    setWaiting([]);
  };
  return {
    pages,
    records: merged(live, pages.data?.pages.flatMap((page) => page.data) ?? []),
    waiting: waiting.length,
    release,
  };
}

/** Newest first, each record once. */
export function merged(live: readonly UsageRecord[], stored: readonly UsageRecord[]): UsageRecord[] {
  if (live.length === 0) return [...stored];
  const byId = new Map(live.map((record) => [record.id, record]));
  for (const record of stored) byId.set(record.id, record);
  return [...byId.values()].sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : a.id < b.id ? 1 : -1));
}
