// What goes wrong on demand. Set by POST /__test/faults (merged into what is there), cleared by /__test/reset.
import { fnv1a } from './data/hash.js';

export interface PanelFault {
  /** The query answers 400 with this text for the panel's refs. */
  error?: string;
  /** HTTP status of the whole answer instead of the one Grafana would give. */
  status?: number;
  noData?: boolean;
  /** Steady numbers climb to this many times themselves at the window's end. */
  surge?: number;
  /** The middle third of every series is missing. */
  hole?: boolean;
  delayMs?: number;
  /** The connection is cut instead of an answer. */
  abort?: boolean;
  /** No answer at all. */
  hang?: boolean;
  /** Only the first so many queries are treated so. */
  times?: number;
}

export interface PathFault {
  /** Prefix of the path, without the sub-path. */
  path: string;
  status?: number;
  message?: string;
  /** More response headers, e.g. Retry-After. */
  headers?: Record<string, string>;
  delayMs?: number;
  abort?: boolean;
  hang?: boolean;
  times?: number;
}

export interface FaultState {
  /** Every data query: a fixed delay, or one drawn from the range. */
  queryDelay: { fixedMs?: number; minMs?: number; maxMs?: number; seed?: number };
  /** By `uid/panelId`, `uid/*` or `*`. */
  panels: Record<string, PanelFault>;
  /** By dashboard uid. `without`: panels by these ids have been deleted from it. */
  dashboards: Record<string, { status?: number; deleted?: boolean; delayMs?: number; version?: number; without?: number[] }>;
  paths: PathFault[];
  revokedTokens: string[];
  slowAssetsMs: number;
  /** Dashboard pages answer 302 to this address. */
  redirectTo?: string;
  /** Dashboard pages are accepted and never answered. */
  hangPages: boolean;
  /** `fail`: the bundle is missing; `hang`: the bundle runs but never starts the application. */
  boot?: 'fail' | 'hang';
  /** Leave window.__grafanaRunningQueryCount one too high whenever a scene is left while a query runs. */
  leakRunningCount: boolean;
  /** A solo page that is led on inside the application asks at once, and gives the query up when it has the dashboard anew. */
  cancelFirstQuery: boolean;
  /** Milliseconds by which the panels of a repeat appear late. */
  lateRepeatsMs: number;
}

export function noFaults(queryDelayMs: number): FaultState {
  return {
    queryDelay: queryDelayMs > 0 ? { fixedMs: queryDelayMs } : {},
    panels: {},
    dashboards: {},
    paths: [],
    revokedTokens: [],
    slowAssetsMs: 0,
    hangPages: false,
    leakRunningCount: false,
    cancelFirstQuery: false,
    lateRepeatsMs: 0,
  };
}

export class Faults {
  state: FaultState;
  private drawn = 0;

  constructor(private readonly queryDelayMs: number) {
    this.state = noFaults(queryDelayMs);
  }

  reset(): void {
    this.state = noFaults(this.queryDelayMs);
    this.drawn = 0;
  }

  set(change: Partial<FaultState>): void {
    this.state = {
      ...this.state,
      ...change,
      panels: { ...this.state.panels, ...change.panels },
      dashboards: { ...this.state.dashboards, ...change.dashboards },
    };
  }

  /** The next delay of a data query: the same sequence for the same seed. */
  drawQueryDelayMs(): number {
    const { fixedMs, minMs, maxMs, seed } = this.state.queryDelay;
    if (minMs === undefined || maxMs === undefined) {
      return fixedMs ?? 0;
    }
    return minMs + (fnv1a(`${seed ?? 1}/${this.drawn++}`) % (maxMs - minMs + 1));
  }

  panel(uid: string, panelId: string): PanelFault | undefined {
    return used(this.state.panels[`${uid}/${panelId}`] ?? this.state.panels[`${uid}/*`] ?? this.state.panels['*']);
  }

  path(path: string): PathFault | undefined {
    return used(this.state.paths.find((p) => path.startsWith(p.path) && p.times !== 0));
  }
}

function used<T extends { times?: number }>(fault: T | undefined): T | undefined {
  if (fault?.times === undefined) {
    return fault;
  }
  return fault.times-- > 0 ? fault : undefined;
}
