import { ActionIcon, Checkbox, Menu, Tooltip } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useLocation } from "wouter";
import { useWords } from "../words/index.tsx";
import { Columns as ColumnsIcon } from "./icons.tsx";
import "./LiveTable.css";

export interface Column<R> {
  id: string;
  header: string;
  /** CSS grid track, e.g. `minmax(180px, 2fr)` or `110px`. */
  width: string;
  cell: (row: R) => ReactNode;
  sort?: string;
  numeric?: boolean;
  /** Not shown until chosen. */
  extra?: boolean;
}

export interface LiveTableProps<R> {
  name: string;
  label: string;
  columns: Column<R>[];
  rows: R[];
  id: (row: R) => string;
  href: (row: R) => string;
  total?: number | undefined;
  sort?: string;
  onSort?: (sort: string) => void;
  selected?: Set<string>;
  onSelect?: (selected: Set<string>) => void;
  onEnd?: () => void;
  onHover?: (over: boolean) => void;
  rowHeight?: number;
}

function useChosenColumns<R>(name: string, columns: Column<R>[]) {
  const key = `kumiki.columns.${name}`;
  const [hidden, setHidden] = useState<string[]>(() => {
    const stored = localStorage.getItem(key);
    return stored === null ? columns.filter((c) => c.extra).map((c) => c.id) : stored.split(",").filter(Boolean);
  });
  const toggle = (id: string) => {
    const next = hidden.includes(id) ? hidden.filter((h) => h !== id) : [...hidden, id];
    localStorage.setItem(key, next.join(","));
    setHidden(next);
  };
  return { shown: columns.filter((c) => !hidden.includes(c.id)), hidden, toggle };
}

/** Rows live outside the window are not in the page; rows under the pointer never move (the owner holds changes while `onHover` says so). */
export function LiveTable<R>(props: LiveTableProps<R>) {
  const { columns, rows, id, href, selected, onSelect, onEnd } = props;
  const { t } = useWords();
  const [, navigate] = useLocation();
  const scroller = useRef<HTMLDivElement>(null);
  const { shown, hidden, toggle } = useChosenColumns(props.name, columns);
  const height = props.rowHeight ?? 41;
  const rowsVirtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => height, overscan: 12 });
  const items = rowsVirtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 10) onEnd?.();
  }, [last, rows.length, onEnd]);
  const template = useMemo(() => (onSelect ? "36px " : "") + shown.map((c) => c.width).join(" ") + " 36px", [shown, onSelect]);
  const least = useMemo(() => shown.reduce((sum, c) => sum + leastWidth(c.width), onSelect ? 72 : 36), [shown, onSelect]);
  const all = selected !== undefined && rows.length > 0 && rows.every((row) => selected.has(id(row)));

  const flip = (row: R) => {
    const next = new Set(selected);
    if (!next.delete(id(row))) next.add(id(row));
    onSelect?.(next);
  };
  const keys = (event: KeyboardEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>("[data-row]");
    if (row === null || target.closest("input, button") !== null) return;
    const index = Number(row.dataset.row);
    const step = event.key === "ArrowDown" || event.key === "j" ? 1 : event.key === "ArrowUp" || event.key === "k" ? -1 : 0;
    const here = rows[index];
    if (step !== 0 && rows[index + step] !== undefined) {
      event.preventDefault();
      rowsVirtual.scrollToIndex(index + step);
      requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${index + step}"]`)?.focus());
    } else if (event.key === "Enter" && target === row && here !== undefined) {
      navigate(href(here));
    } else if (event.key === "x" && here !== undefined && onSelect) {
      flip(here);
    }
  };

  return (
    <div className="card flush k-table" onPointerEnter={() => props.onHover?.(true)} onPointerLeave={() => props.onHover?.(false)}>
      <div
        ref={scroller} className="k-table-scroll" role="table" aria-label={props.label} aria-rowcount={(props.total ?? rows.length) + 1}
        onKeyDown={keys} tabIndex={rows.length === 0 ? 0 : -1}
      >
        <div role="rowgroup" className="k-table-head">
          <div role="row" className="k-tr" style={{ gridTemplateColumns: template, minWidth: least }} aria-rowindex={1}>
            {onSelect && (
              <div role="columnheader">
                <Checkbox
                  size="xs" aria-label={t("table.selectAll")} checked={all} indeterminate={!all && (selected?.size ?? 0) > 0}
                  onChange={() => onSelect(all ? new Set() : new Set(rows.map(id)))}
                />
              </div>
            )}
            {shown.map((column) => (
              <HeadCell key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
            <div role="columnheader" className="k-th-last">
              <Menu position="bottom-end" closeOnItemClick={false}>
                <Menu.Target>
                  <Tooltip label={t("table.columns")}>
                    <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t("table.columns")}>
                      <ColumnsIcon size={14} />
                    </ActionIcon>
                  </Tooltip>
                </Menu.Target>
                <Menu.Dropdown>
                  {columns.slice(1).map((column) => (
                    <Menu.Item
                      key={column.id} role="menuitemcheckbox" aria-checked={!hidden.includes(column.id)} onClick={() => toggle(column.id)}
                      leftSection={<span className={`k-tick${hidden.includes(column.id) ? "" : " on"}`} aria-hidden="true" />}
                    >
                      {column.header}
                    </Menu.Item>
                  ))}
                </Menu.Dropdown>
              </Menu>
            </div>
          </div>
        </div>
        <div role="rowgroup" style={{ height: rowsVirtual.getTotalSize(), position: "relative" }}>
          {items.map((item) => {
            const row = rows[item.index] as R;
            const on = selected?.has(id(row)) ?? false;
            return (
              <div
                key={id(row)} role="row" aria-rowindex={item.index + 2} data-row={item.index} tabIndex={item.index === 0 ? 0 : -1}
                className={`k-tr k-body${on ? " on" : ""}`}
                style={{ gridTemplateColumns: template, minWidth: least, height, transform: `translateY(${item.start}px)` }}
                onClick={(event) => {
                  if ((event.target as HTMLElement).closest("a, button, input, label") !== null || window.getSelection()?.toString()) return;
                  if (event.metaKey || event.ctrlKey) window.open(href(row), "_blank", "noopener");
                  else navigate(href(row));
                }}
              >
                {onSelect && (
                  <div role="cell">
                    <Checkbox size="xs" aria-label={t("table.select", { name: id(row) })} checked={on} onChange={() => flip(row)} />
                  </div>
                )}
                {shown.map((column) => (
                  <div key={column.id} role="cell" className={`k-td${column.numeric ? " num" : ""}`}>
                    {column.cell(row)}
                  </div>
                ))}
                <div role="cell" />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** The pixels a track cannot do without: the first figure of `minmax(180px, 2fr)` or `110px`. */
export function leastWidth(track: string): number {
  return Number(/([\d.]+)px/.exec(track)?.[1] ?? 80);
}

function HeadCell<R>({ column, sort, onSort }: { column: Column<R>; sort: string | undefined; onSort: ((sort: string) => void) | undefined }) {
  const { sort: field } = column;
  if (field === undefined || onSort === undefined) {
    return (
      <div role="columnheader" className={column.numeric ? "num" : ""}>
        {column.header}
      </div>
    );
  }
  const down = sort === `-${field}`;
  const up = sort === field;
  return (
    <div role="columnheader" aria-sort={down ? "descending" : up ? "ascending" : "none"} className={column.numeric ? "num" : ""}>
      <button type="button" className="k-sort" onClick={() => onSort(down ? field : `-${field}`)}>
        {column.header}
        <span aria-hidden="true">{down ? " ↓" : up ? " ↑" : ""}</span>
      </button>
    </div>
  );
}
