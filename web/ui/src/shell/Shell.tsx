import { ActionIcon, Drawer, Menu as Dropdown, Tooltip, useMantineColorScheme } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useState, type ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { useSchedulerState } from "../api/following.ts";
import { useRuns, useStreamStatus } from "../api/live.ts";
import { useAbout, useMe } from "../api/queries.ts";
import { dropToken, token } from "../api/session.ts";
import { Down, Menu, Moon, Search, SidePanel, Sun } from "../parts/icons.tsx";
import { useWords } from "../words/index.tsx";
import { Keys } from "./Keys.tsx";
import { useNamespace } from "./namespace.tsx";
import { Notices } from "./notices.tsx";
import { Palette } from "./Palette.tsx";
import { SECTIONS } from "./places.ts";
import "./Shell.css";

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const [path] = useLocation();
  const narrow = useMediaQuery("(max-width: 900px)") ?? false;
  const [small, setSmall] = useState(() => localStorage.getItem("kumiki.nav") === "small");
  const [drawer, setDrawer] = useState(false);
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  useEffect(() => setDrawer(false), [path]);
  const fold = () => {
    localStorage.setItem("kumiki.nav", small ? "wide" : "small");
    setSmall(!small);
  };
  return (
    <div className="k-shell">
      <a className="k-skip" href="#main">{t("shell.skip")}</a>
      <header className="k-top">
        {narrow && (
          <ActionIcon variant="subtle" color="gray" aria-label={t("shell.menu")} onClick={() => setDrawer(true)}>
            <Menu />
          </ActionIcon>
        )}
        <Link href="/" className="k-logo">
          <b lang="ja">組</b> <span>Kumiki</span>
        </Link>
        <NamespaceMenu />
        <button type="button" className="k-search" onClick={() => setPalette(true)} aria-label={narrow ? t("shell.search") : undefined} aria-keyshortcuts="Control+K Meta+K">
          {narrow ? <Search size={14} /> : <span>{t("shell.search")}</span>}
          <kbd hidden={narrow}>{/Mac/.test(navigator.platform) ? "⌘K" : "Ctrl K"}</kbd>
        </button>
        <LiveMark />
        <LanguageSwitch />
        <ThemeSwitch />
        <MeMenu onHelp={() => setHelp(true)} />
      </header>
      <div className="k-app">
        {narrow ? (
          <Drawer opened={drawer} onClose={() => setDrawer(false)} size={240} title="Kumiki" closeButtonProps={{ "aria-label": t("action.close") }}>
            <NavList small={false} path={path} />
          </Drawer>
        ) : (
          <div className={`k-nav${small ? " small" : ""}`}>
            <NavList small={small} path={path} />
            <button type="button" className="k-fold" onClick={fold} aria-label={small ? t("shell.unfold") : t("shell.fold")}>
              <SidePanel />
            </button>
          </div>
        )}
        <main id="main" tabIndex={-1}>{children}</main>
      </div>
      <Palette opened={palette} onClose={() => setPalette(false)} />
      <Keys onPalette={() => setPalette(true)} help={help} onHelp={setHelp} />
      <Notices />
    </div>
  );
}

function NavList({ small, path }: { small: boolean; path: string }) {
  const { t, number } = useWords();
  const about = useAbout();
  const { namespace } = useNamespace();
  const running = useRuns({ namespace, state: ["PENDING", "RUNNING", "CANCELING"], limit: 1 }).total;
  const can = about.data?.capabilities;
  const waiting = useSchedulerState(can?.includes("scheduling") ?? false).waiting;
  const counts: Record<string, { n: number | undefined; title: (n: number) => string }> = {
    runs: { n: running, title: (n) => t("nav.runningCount", { n }) },
    queue: { n: waiting, title: (n) => t("nav.waitingCount", { n }) },
  };
  return (
    <nav aria-label={t("shell.nav")}>
      {SECTIONS.map((section) => {
        const places = section.places.filter((place) => place.capability === undefined || can?.includes(place.capability));
        if (places.length === 0) return null;
        return (
          <div key={section.id}>
            {section.word !== null && <div className="k-nav-section">{small ? "" : t(section.word)}</div>}
            {places.map((place) => {
              const on = place.href === "/" ? path === "/" : path === place.href || path.startsWith(`${place.href}/`);
              const Icon = place.icon;
              const count = counts[place.id];
              const link = (
                <Link key={place.id} href={place.href} className={on ? "on" : ""} aria-current={on ? "page" : undefined} aria-label={small ? t(place.word) : undefined}>
                  <Icon />
                  {!small && <span className="grow">{t(place.word)}</span>}
                  {count?.n !== undefined && count.n > 0 && !small && <small title={count.title(count.n)}>{number(count.n)}</small>}
                </Link>
              );
              return small ? <Tooltip key={place.id} label={t(place.word)} position="right">{link}</Tooltip> : link;
            })}
          </div>
        );
      })}
    </nav>
  );
}

function NamespaceMenu() {
  const { namespace, all, choose } = useNamespace();
  const { t } = useWords();
  if (namespace === undefined) return null;
  return (
    <Dropdown position="bottom-start">
      <Dropdown.Target>
        <button type="button" className="k-ns" aria-label={t("shell.namespace", { name: namespace })}>
          {namespace} <Down size={12} />
        </button>
      </Dropdown.Target>
      <Dropdown.Dropdown>
        <Dropdown.Label>{t("shell.namespaces")}</Dropdown.Label>
        {all.map((name) => (
          <Dropdown.Item key={name} onClick={() => choose(name)} fw={name === namespace ? 700 : 400}>{name}</Dropdown.Item>
        ))}
      </Dropdown.Dropdown>
    </Dropdown>
  );
}

function LiveMark() {
  const { t } = useWords();
  const status = useStreamStatus();
  return (
    <Tooltip label={t(`live.${status}.hint`)}>
      <span className={`k-live ${status}`} role="status" data-live={status}>
        <i aria-hidden="true" /> <span className="k-live-word">{t(`live.${status}`)}</span>
      </span>
    </Tooltip>
  );
}

function LanguageSwitch() {
  const { language, setLanguage } = useWords();
  return (
    <button type="button" className="k-plain k-language" onClick={() => setLanguage(language === "ja" ? "en" : "ja")} lang={language === "ja" ? "en" : "ja"}>
      {language === "ja" ? "English" : "日本語"}
    </button>
  );
}

function ThemeSwitch() {
  const { t } = useWords();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = colorScheme === "dark" || (colorScheme === "auto" && document.documentElement.dataset.mantineColorScheme === "dark");
  const label = dark ? t("shell.light") : t("shell.dark");
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={() => setColorScheme(dark ? "light" : "dark")}>
        {dark ? <Sun /> : <Moon />}
      </ActionIcon>
    </Tooltip>
  );
}

function MeMenu({ onHelp }: { onHelp: () => void }) {
  const { t } = useWords();
  const me = useMe().data;
  const about = useAbout().data;
  if (me === undefined) return null;
  return (
    <Dropdown position="bottom-end">
      <Dropdown.Target>
        <button type="button" className="k-plain">
          {me.name} <Down size={12} />
        </button>
      </Dropdown.Target>
      <Dropdown.Dropdown miw={220}>
        <Dropdown.Label>
          {about && (
            <>
              Kumiki {about.version}
              {about.commit && <span className="mono"> {about.commit.slice(0, 8)}</span>}
              <br />
              {about.mode === "laptop" ? t("about.laptop") : t("about.cluster")}
              {about.isolation === "isolated" && ` · ${t("about.isolated")}`}
              {about.isolation === "plain" && ` · ${t("about.plain")}`}
            </>
          )}
        </Dropdown.Label>
        <Dropdown.Divider />
        <Dropdown.Item onClick={onHelp} rightSection={<kbd className="k-kbd">?</kbd>}>{t("keys.title")}</Dropdown.Item>
        <Dropdown.Item component="a" href="/api/v1/openapi.json" target="_blank">{t("about.api")}</Dropdown.Item>
        {token() !== null && (
          <Dropdown.Item
            onClick={() => {
              dropToken();
              window.location.assign("/");
            }}
          >
            {t("shell.signOut")}
          </Dropdown.Item>
        )}
      </Dropdown.Dropdown>
    </Dropdown>
  );
}
