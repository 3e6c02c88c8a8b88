import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const hinoki: MantineColorsTuple = ["#fbf3e6", "#f3e3c8", "#e9cd9d", "#e0b670", "#d9a34c", "#cc8c2b", "#b8741a", "#9d6011", "#87520d", "#6c400a"];

/** Mantine wears our own measures; everything else reads the --k- variables of tokens.css. */
export const theme = createTheme({
  primaryColor: "hinoki",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  colors: { hinoki },
  fontFamily: "var(--k-font)",
  fontFamilyMonospace: "var(--k-mono)",
  defaultRadius: 6,
  fontSizes: { xs: "12px", sm: "14px", md: "14px", lg: "16px", xl: "20px" },
  components: {
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    Textarea: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs" } },
    Modal: { defaultProps: { centered: true, transitionProps: { duration: 120 } } },
    Menu: { defaultProps: { transitionProps: { duration: 100 }, shadow: "sm" } },
    Tooltip: { defaultProps: { openDelay: 300, transitionProps: { duration: 80 } } },
  },
});

export const variables: CSSVariablesResolver = () => {
  const shared = {
    "--mantine-color-body": "var(--k-panel)",
    "--mantine-color-text": "var(--k-text)",
    "--mantine-color-dimmed": "var(--k-dim)",
    "--mantine-color-default": "var(--k-panel)",
    "--mantine-color-default-hover": "var(--k-hover)",
    "--mantine-color-default-color": "var(--k-text)",
    "--mantine-color-default-border": "var(--k-line-strong)",
    "--mantine-color-placeholder": "var(--k-dim)",
    "--mantine-color-error": "var(--k-red)",
  };
  return { variables: { "--mantine-scale": "1" }, light: shared, dark: shared };
};
