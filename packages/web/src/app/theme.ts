import {
  createTheme,
  type ActionIconProps,
  type ButtonProps,
  type ModalProps,
  type NotificationProps,
  type TabsProps,
  type TooltipProps,
} from "@mantine/core";

/** Neutral, dense, one accent. Colours that carry meaning (statuses) are in app.css. */
export const theme = createTheme({
  fontFamily: "'Inter Variable', ui-sans-serif, system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: "11.5px", sm: "13px", md: "14px", lg: "16px", xl: "19px" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "19px", lineHeight: "1.3" },
      h2: { fontSize: "14px", lineHeight: "1.4" },
      h3: { fontSize: "13px", lineHeight: "1.4" },
    },
  },
  defaultRadius: "md",
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "14px" },
  primaryColor: "harbour",
  primaryShade: { light: 6, dark: 6 },
  respectReducedMotion: true,
  cursorType: "pointer",
  colors: {
    harbour: [
      "#eef0ff",
      "#dfe2fe",
      "#c2c8fb",
      "#a4acf7",
      "#8a93f1",
      "#7480ea",
      "#4f5ad6",
      "#434dbd",
      "#383f9c",
      "#2e347e",
    ],
    // Shade 6 is the ground of buttons: 4.5:1 below white.
    red: [
      "#fdeceb",
      "#fbd9d5",
      "#f6b3ab",
      "#f08a7e",
      "#ea6a5a",
      "#e0503e",
      "#c93a27",
      "#b02a18",
      "#8e2012",
      "#6d180d",
    ],
    // Shade 6 is Mantine's dimmed text; 4.5:1 on every light surface.
    gray: [
      "#f7f8fa",
      "#f1f2f5",
      "#e8eaee",
      "#dcdfe5",
      "#c9cdd6",
      "#8b93a1",
      "#5c6472",
      "#454c58",
      "#2e333c",
      "#1b1e24",
    ],
    // Shade 2 is the dimmed text; 4.5:1 on every dark surface.
    dark: [
      "#e7e9ee",
      "#bcc1cb",
      "#9ba2af",
      "#858c99",
      "#343943",
      "#292d35",
      "#1f2229",
      "#16181d",
      "#111317",
      "#0b0c0f",
    ],
  },
  // By name and not by `Modal.extend`, which would load each component with the shell.
  components: {
    Button: { defaultProps: { size: "xs" } satisfies Partial<ButtonProps> },
    ActionIcon: {
      defaultProps: { variant: "subtle", color: "gray" } satisfies Partial<ActionIconProps>,
    },
    InputWrapper: { styles: { label: { marginBottom: 3 } } },
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.4 },
        closeButtonProps: { "aria-label": "Close" },
        lockScroll: false,
      } satisfies Partial<ModalProps>,
      styles: { title: { fontWeight: 600 } },
    },
    Drawer: { styles: { title: { fontWeight: 600 } } },
    Notification: {
      defaultProps: {
        closeButtonProps: { "aria-label": "Dismiss" },
      } satisfies Partial<NotificationProps>,
    },
    Tabs: { defaultProps: { keepMounted: false } satisfies Partial<TabsProps> },
    Tooltip: {
      defaultProps: { openDelay: 250, withArrow: true, fz: "xs" } satisfies Partial<TooltipProps>,
    },
  },
});
