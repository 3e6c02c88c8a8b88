import { ActionIcon, Tooltip } from "@mantine/core";
import { useState } from "react";
import { useWords } from "../words/index.tsx";
import { Check, Copy } from "./icons.tsx";

export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useWords();
  const [done, setDone] = useState(false);
  const word = done ? t("action.copied") : (label ?? t("action.copy"));
  return (
    <Tooltip label={word}>
      <ActionIcon
        variant="subtle" color="gray" size="sm" aria-label={label ?? t("action.copy")}
        onClick={() => void copyText(text).then(() => {
          setDone(true);
          setTimeout(() => setDone(false), 1500);
        })}
      >
        {done ? <Check size={14} /> : <Copy size={14} />}
      </ActionIcon>
    </Tooltip>
  );
}
