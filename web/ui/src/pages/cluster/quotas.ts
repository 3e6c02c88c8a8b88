import type { Quota, QuotaPart } from "../../api/scheduling.ts";

/** One resource of one quota; the first of a quota says whose it is. */
export interface QuotaRow {
  quota: Quota;
  part: QuotaPart | null;
  first: boolean;
}

/** Those that fit, with everything above them, so that each keeps its place in the tree. */
export function rowsOf(quotas: readonly Quota[], text: string, resource: string): QuotaRow[] {
  const wanted = text.normalize("NFKC").toLowerCase();
  const kept = new Set<number>();
  for (const quota of quotas) {
    const words = [quota.name ?? "", ...quota.namespaces].join(" ").toLowerCase();
    if (!words.includes(wanted)) continue;
    for (let at: Quota | undefined = quota; at !== undefined && !kept.has(at.id); at = at.above === null ? undefined : quotas[at.above]) kept.add(at.id);
  }
  return quotas.filter((quota) => kept.has(quota.id)).flatMap((quota): QuotaRow[] => {
    const parts = quota.resources.filter((part) => resource === "" || part.resource === resource);
    return parts.length === 0 ? [{ quota, part: null, first: true }] : parts.map((part, i) => ({ quota, part, first: i === 0 }));
  });
}

/** The planner's sentence names the quota as well; it stands beside its name here. */
export function mistakesOf(name: string | null, message: string): string {
  const prefix = `${name}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}

/** Lengths and places on one scale, from 0 to 1. */
export interface QuotaBar {
  own: number;
  borrowed: number;
  lent: number;
  guaranteed: number | null;
  limit: number | null;
}

/** Null where there is nothing to draw. */
export function barOf(part: QuotaPart): QuotaBar | null {
  const used = part.used ?? 0;
  const scale = Math.max(used, part.guaranteed ?? 0, part.limit ?? 0);
  if (scale === 0) return null;
  return {
    own: (used - part.borrowed) / scale,
    borrowed: part.borrowed / scale,
    lent: part.lent / scale,
    guaranteed: part.guaranteed === null ? null : part.guaranteed / scale,
    limit: part.limit === null ? null : part.limit / scale,
  };
}

const BYTES = /^(memory|ephemeral-storage|hugepages-.*)$/;

/** An amount in the unit in which people speak of the resource. */
export function amountText(resource: string, amount: number, words: { number: (value: number, digits?: number) => string; bytes: (size: number) => string }): string {
  if (BYTES.test(resource)) return words.bytes(amount);
  return resource === "cpu" ? words.number(amount / 1000, 3) : words.number(amount);
}

/** A tree to begin with: all there is, and one team that may borrow. */
export const sample = (namespace: string) => `apiVersion: kumiki.io/v1alpha1
kind: TenantQuota
metadata:
  name: all
spec:
  guaranteed:
    nvidia.com/gpu: "16"
---
apiVersion: kumiki.io/v1alpha1
kind: TenantQuota
metadata:
  name: team-a
spec:
  parent: all
  guaranteed:
    nvidia.com/gpu: "8"
  limit:
    nvidia.com/gpu: "12"
  namespaces:
  - ${namespace}
`;
