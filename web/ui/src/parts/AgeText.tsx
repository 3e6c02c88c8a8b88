import { Tooltip } from "@mantine/core";
import { useNow } from "../api/clock.ts";
import { useWords } from "../words/index.tsx";

/** "3 min ago", with the exact instant on hover, in the reader's zone. */
export function AgeText({ at }: { at: string | null | undefined }) {
  const words = useWords();
  const now = useNow();
  if (!at) return <span className="dim">–</span>;
  return (
    <Tooltip label={words.exact(at)}>
      <time dateTime={at} className="nowrap">{words.ago(now - Date.parse(at))}</time>
    </Tooltip>
  );
}

/** From start to end, or still counting. */
export function DurationText({ from, to }: { from: string | null | undefined; to: string | null | undefined }) {
  if (!from) return <span className="dim">–</span>;
  return to ? <Fixed millis={Date.parse(to) - Date.parse(from)} /> : <Counting from={from} />;
}

function Fixed({ millis }: { millis: number }) {
  const words = useWords();
  return <span className="nowrap">{words.duration(millis)}</span>;
}

function Counting({ from }: { from: string }) {
  const words = useWords();
  const now = useNow();
  const millis = Math.max(0, now - Date.parse(from));
  return <span className="nowrap">{words.duration(millis < 1000 ? millis : Math.floor(millis / 1000) * 1000)}</span>;
}
