import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type DragEvent } from "react";
import { useLocation } from "wouter";
import { upload, type Pipeline } from "../api/client.ts";
import { Trouble } from "../parts/EmptyState.tsx";
import { Upload } from "../parts/icons.tsx";
import { useNamespace } from "../shell/namespace.tsx";
import { useWords } from "../words/index.tsx";
import "./UploadDialog.css";

/** A compiled pipeline as a new pipeline, or as a new version of one. */
export function UploadDialog({ opened, onClose, pipeline }: { opened: boolean; onClose: () => void; pipeline?: Pipeline }) {
  const { t } = useWords();
  return (
    <Modal opened={opened} onClose={onClose} title={pipeline ? t("version.upload", { name: pipeline.displayName }) : t("pipeline.upload")} size="lg" closeButtonProps={{ "aria-label": t("action.close") }}>
      {opened && <Inside onClose={onClose} pipeline={pipeline} />}
    </Modal>
  );
}

const base = (name: string) => name.replace(/\.(ya?ml|zip|tar\.gz|tgz|json)$/i, "");

function Inside({ onClose, pipeline }: { onClose: () => void; pipeline: Pipeline | undefined }) {
  const { t, bytes } = useWords();
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const { namespace } = useNamespace();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [over, setOver] = useState(false);
  const send = useMutation({
    mutationFn: (chosen: File) => {
      const query: Record<string, string> = { display_name: name, name };
      if (description !== "") query["description"] = description;
      if (pipeline) return upload("upload_version", { ...query, pipelineid: pipeline.id }, chosen);
      if (namespace !== undefined) query["namespace"] = namespace;
      return upload("upload", query, chosen);
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["pipelines"] });
      onClose();
      const version = made["pipeline_version_id"];
      navigate(pipeline ? `/pipelines/${pipeline.id}${version ? `/versions/${version}` : ""}` : `/pipelines/${made["pipeline_id"] ?? ""}`);
    },
  });
  const take = (chosen: File | undefined | null) => {
    if (!chosen) return;
    send.reset();
    setFile(chosen);
    if (name === "") setName(base(chosen.name));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (file !== null && name.trim() !== "") send.mutate(file);
      }}
    >
      <button
        type="button" className={`k-drop${over ? " over" : ""}`} onClick={() => input.current?.click()} onDrop={drop} onDragLeave={() => setOver(false)}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
      >
        <Upload size={20} />
        {file === null ? <span>{t("upload.drop")}</span> : <span><b>{file.name}</b> · {bytes(file.size)}</span>}
        <span className="dim small">{t("upload.kinds")}</span>
      </button>
      <input ref={input} type="file" hidden accept=".yaml,.yml,.zip,.gz,.tgz" aria-label={t("upload.file")} onChange={(event) => take(event.currentTarget.files?.[0])} />
      <TextInput label={pipeline ? t("version.name") : t("pipeline.name")} withAsterisk value={name} maxLength={127} onChange={(event) => setName(event.currentTarget.value)} />
      <Textarea label={t("field.description")} autosize minRows={2} maxRows={6} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
      {send.error && <Trouble error={send.error} />}
      <div className="row" style={{ justifyContent: "flex-end" }}>
        <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
        <Button type="submit" loading={send.isPending} disabled={file === null || name.trim() === ""}>{t("action.upload")}</Button>
      </div>
    </form>
  );
}
