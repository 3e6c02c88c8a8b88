import { MantineProvider, localStorageColorSchemeManager } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Refused } from "./api/client.ts";
import { redeemTicket } from "./api/session.ts";
import { stream } from "./api/stream.ts";
import { App } from "./App.tsx";
import "./look/mantine.ts";
import "./look/tokens.css";
import { theme, variables } from "./look/theme.ts";
import { fromKubeflow } from "./shell/places.ts";
import { loadLanguage, preferredLanguage, WordsProvider } from "./words/index.tsx";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && !(error instanceof Refused && error.problem.status < 500),
    },
  },
});

function redirectKubeflow(): void {
  const target = fromKubeflow(window.location.hash);
  if (target !== null) window.history.replaceState(null, "", target);
}

async function start(): Promise<void> {
  await redeemTicket();
  redirectKubeflow();
  window.addEventListener("hashchange", redirectKubeflow);
  const language = preferredLanguage();
  document.documentElement.lang = language;
  const words = await loadLanguage(language);
  stream.start();
  const root = document.getElementById("root");
  if (root === null) throw new Error("the page has no #root");
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" colorSchemeManager={localStorageColorSchemeManager({ key: "kumiki.theme" })}>
        <QueryClientProvider client={queries}>
          <WordsProvider first={words}>
            <App />
          </WordsProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

void start();
