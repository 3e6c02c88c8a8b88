import { Button, Modal } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { useWords } from "../words/index.tsx";

interface Question {
  title: string;
  names: string[];
  text: string;
  action: string;
  run: () => void;
}

/** For what cannot be undone: names the objects before it does anything. */
export function useConfirm(): [(question: Question) => void, ReactNode] {
  const { t } = useWords();
  const [question, ask] = useState<Question | null>(null);
  const dialog = (
    <Modal opened={question !== null} onClose={() => ask(null)} title={question?.title} closeButtonProps={{ "aria-label": t("action.close") }}>
      {question && (
        <div className="stack">
          <ul style={{ margin: 0, paddingLeft: 18, maxHeight: 180, overflowY: "auto" }}>
            {question.names.map((name, i) => <li key={i}><b>{name}</b></li>)}
          </ul>
          <p>{question.text}</p>
          <div className="row" style={{ justifyContent: "flex-end" }}>
            <Button variant="default" onClick={() => ask(null)}>{t("action.cancel")}</Button>
            <Button
              className="k-danger"
              onClick={() => {
                question.run();
                ask(null);
              }}
            >
              {question.action}
            </Button>
          </div>
        </div>
      )}
    </Modal>
  );
  return [ask, dialog];
}
