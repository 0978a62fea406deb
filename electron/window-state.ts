/** A part of the desktop, in points. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is kept of a window between two runs. */
export interface WindowState {
  readonly area: Area;
  readonly maximized: boolean;
}

/** The smallest window that the pages are made for. */
export const SMALLEST = { width: 800, height: 560 } as const;
const USUAL = { width: 1280, height: 840 } as const;
/** So much of the title bar must be on some screen, or nobody could move the window. */
const REACHABLE = { width: 120, height: 30 } as const;

const common = (from: number, length: number, other: readonly [from: number, length: number]): number =>
  Math.min(from + length, other[0] + other[1]) - Math.max(from, other[0]);

/** Where a window opens: as it was left, unless the screen that it was on has gone or the record makes no sense. */
export const placeOf = (kept: unknown, screens: readonly [Area, ...Area[]]): WindowState => {
  const state = readState(kept);
  if (state !== undefined && screens.some((screen) => isReachable(state.area, screen))) return state;
  const [main] = screens;
  const width = Math.min(USUAL.width, main.width);
  const height = Math.min(USUAL.height, main.height);
  const x = main.x + Math.round((main.width - width) / 2);
  const y = main.y + Math.round((main.height - height) / 2);
  return { area: { x, y, width, height }, maximized: state?.maximized ?? false };
};

const isReachable = ({ x, y, width }: Area, screen: Area): boolean =>
  common(x, width, [screen.x, screen.width]) >= REACHABLE.width &&
  common(y, REACHABLE.height, [screen.y, screen.height]) >= REACHABLE.height;

const readState = (kept: unknown): WindowState | undefined => {
  if (typeof kept !== "object" || kept === null) return undefined;
  const { area, maximized } = kept as { readonly area?: unknown; readonly maximized?: unknown };
  if (typeof area !== "object" || area === null) return undefined;
  const { x, y, width, height } = area as Readonly<Record<string, unknown>>;
  if (![x, y, width, height].every((value) => Number.isFinite(value))) return undefined;
  const size = {
    width: Math.max(SMALLEST.width, Math.round(Number(width))),
    height: Math.max(SMALLEST.height, Math.round(Number(height))),
  };
  return {
    area: { x: Math.round(Number(x)), y: Math.round(Number(y)), ...size },
    maximized: maximized === true,
  };
};
