import type { ReactNode } from "react";

/** Line icons on a 16 px grid; always beside a word or inside a labelled control, so they are hidden from readers. */
function Icon({ children, size = 16, fill = false }: { children: ReactNode; size?: number; fill?: boolean }) {
  return (
    <svg
      width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false" style={{ flex: "none", display: "block" }}
      fill={fill ? "currentColor" : "none"} stroke={fill ? "none" : "currentColor"} strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round"
    >
      {children}
    </svg>
  );
}
type P = { size?: number };
export const Hourglass = (p: P) => <Icon {...p}><path d="M4 2h8M4 14h8M5 2v2.5L8 8l3-3.5V2M5 14v-2.5L8 8l3 3.5V14" /></Icon>;
export const ArrowRight = (p: P) => <Icon {...p}><path d="M3 8h10M9 4l4 4-4 4" /></Icon>;
export const Play = (p: P) => <Icon {...p} fill><path d="M4.5 2.8v10.4a.6.6 0 0 0 .9.5l8.2-5.2a.6.6 0 0 0 0-1L5.4 2.3a.6.6 0 0 0-.9.5z" /></Icon>;
export const Check = (p: P) => <Icon {...p}><path d="M3 8.5l3.2 3.2L13 5" /></Icon>;
export const Cross = (p: P) => <Icon {...p}><path d="M4 4l8 8M12 4l-8 8" /></Icon>;
export const Layers = (p: P) => <Icon {...p}><path d="M8 2l6 3-6 3-6-3zM2 8l6 3 6-3M2 11l6 3 6-3" /></Icon>;
export const Skip = (p: P) => <Icon {...p}><path d="M4 4l5 4-5 4zM12 4v8" /></Icon>;
export const Square = (p: P) => <Icon {...p}><rect x="4" y="4" width="8" height="8" rx="1.2" /></Icon>;
export const Triangle = (p: P) => <Icon {...p}><path d="M8 2.5l6 11H2zM8 7v3M8 12v.1" /></Icon>;
export const Search = (p: P) => <Icon {...p}><circle cx="7" cy="7" r="4.2" /><path d="M10.2 10.2L14 14" /></Icon>;
export const Down = (p: P) => <Icon {...p}><path d="M4 6l4 4 4-4" /></Icon>;
export const Right = (p: P) => <Icon {...p}><path d="M6 4l4 4-4 4" /></Icon>;
export const Plus = (p: P) => <Icon {...p}><path d="M8 3v10M3 8h10" /></Icon>;
export const Copy = (p: P) => <Icon {...p}><rect x="5.5" y="5.5" width="8" height="8" rx="1.2" /><path d="M10.5 5.5v-3h-8v8h3" /></Icon>;
export const Download = (p: P) => <Icon {...p}><path d="M8 2v8M4.5 7L8 10.5 11.5 7M3 13.5h10" /></Icon>;
export const Upload = (p: P) => <Icon {...p}><path d="M8 11V3M4.5 6L8 2.5 11.5 6M3 13.5h10" /></Icon>;
export const Wrap = (p: P) => <Icon {...p}><path d="M2 4h12M2 8h9.5a2.3 2.3 0 0 1 0 4.6H9M10.5 11L9 12.6l1.5 1.6M2 12h3.5" /></Icon>;
export const Moon = (p: P) => <Icon {...p}><path d="M13 9.5A5.5 5.5 0 1 1 6.5 3a4.5 4.5 0 0 0 6.5 6.5z" /></Icon>;
export const Sun = (p: P) => <Icon {...p}><circle cx="8" cy="8" r="2.8" /><path d="M8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1" /></Icon>;
export const Menu = (p: P) => <Icon {...p}><path d="M2.5 4h11M2.5 8h11M2.5 12h11" /></Icon>;
export const Dots = (p: P) => <Icon {...p} fill><circle cx="3" cy="8" r="1.4" /><circle cx="8" cy="8" r="1.4" /><circle cx="13" cy="8" r="1.4" /></Icon>;
export const Home = (p: P) => <Icon {...p}><path d="M2.5 7.5L8 3l5.5 4.5M4 6.5V13h8V6.5" /></Icon>;
export const Flow = (p: P) => <Icon {...p}><rect x="1.8" y="2" width="4.4" height="3.6" rx=".8" /><rect x="9.8" y="6.2" width="4.4" height="3.6" rx=".8" /><rect x="1.8" y="10.4" width="4.4" height="3.6" rx=".8" /><path d="M6.2 3.8H8v8.4H6.2M8 8h1.8" /></Icon>;
export const Runs = (p: P) => <Icon {...p}><path d="M2.5 3.5h11M2.5 8h7M2.5 12.5h4" /><path d="M11 10l3 2-3 2z" fill="currentColor" /></Icon>;
export const Flask = (p: P) => <Icon {...p}><path d="M6 2h4M6.8 2v4.2L3 12.4A1 1 0 0 0 3.9 14h8.2a1 1 0 0 0 .9-1.6L9.2 6.2V2M5 10h6" /></Icon>;
export const Box = (p: P) => <Icon {...p}><path d="M8 2l5.5 3v6L8 14l-5.5-3V5zM2.5 5L8 8l5.5-3M8 8v6" /></Icon>;
export const Expand = (p: P) => <Icon {...p}><path d="M6 2.5H2.5V6M10 2.5h3.5V6M6 13.5H2.5V10M10 13.5h3.5V10" /></Icon>;
export const Collapse = (p: P) => <Icon {...p}><path d="M2.5 6H6V2.5M13.5 6H10V2.5M2.5 10H6v3.5M13.5 10H10v3.5" /></Icon>;
export const Target = (p: P) => <Icon {...p}><circle cx="8" cy="8" r="5" /><circle cx="8" cy="8" r="1.2" fill="currentColor" /></Icon>;
export const Columns = (p: P) => <Icon {...p}><rect x="2" y="3" width="12" height="10" rx="1.2" /><path d="M6 3v10M10 3v10" /></Icon>;
export const Star = (p: P) => <Icon {...p}><path d="M8 2.2l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4-2.9-2.8 4-.6z" /></Icon>;
export const Path = (p: P) => <Icon {...p}><circle cx="3.5" cy="12" r="1.7" /><circle cx="12.5" cy="4" r="1.7" /><path d="M5 11.2c4-.5 1.5-6 5.8-6.8" /></Icon>;
export const SidePanel = (p: P) => <Icon {...p}><rect x="2" y="3" width="12" height="10" rx="1.2" /><path d="M6 3v10" /></Icon>;
export const Grid = (p: P) => <Icon {...p}><rect x="2" y="2" width="5" height="5" rx="1" /><rect x="9" y="2" width="5" height="5" rx="1" /><rect x="2" y="9" width="5" height="5" rx="1" /><rect x="9" y="9" width="5" height="5" rx="1" /></Icon>;
export const Share = (p: P) => <Icon {...p}><path d="M2.5 4h11M2.5 8h11M2.5 12h11M10 2.5v3M6 6.5v3M11.5 10.5v3" /></Icon>;
export const Queue = (p: P) => <Icon {...p}><path d="M2.5 3.5h11M2.5 8h11M2.5 12.5h6" /><circle cx="12" cy="12.5" r="1.4" fill="currentColor" /></Icon>;
export const Minus = (p: P) => <Icon {...p}><path d="M3 8h10" /></Icon>;
export const Circle = (p: P) => <Icon {...p}><circle cx="8" cy="8" r="4.5" /></Icon>;
