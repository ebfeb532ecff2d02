// A place in the grid that holds a panel, or, when it repeats by a variable, one panel for each of its values.
import { LazyLoader, LocalValueVariable, MultiValueVariable, sceneGraph, SceneGridLayout, SceneObjectBase, SceneQueryRunner, SceneVariableSet, VariableDependencyConfig, type SceneComponentProps, type SceneGridItemLike, type SceneGridItemStateLike, type VizPanel } from '@grafana/scenes';
import type { CSSProperties, ReactNode } from 'react';
import { bootData } from '../../common/bootData';
import { chosenValues } from './chosenValues';
import type { ShowRule } from './ShowRule';

interface State extends SceneGridItemStateLike {
  body: VizPanel;
  variableName?: string;
  repeatDirection?: 'h' | 'v';
  maxPerRow?: number;
  itemHeight?: number;
  conditionalRendering?: ShowRule;
  /** Up to Grafana 12: not even mounted before it comes into sight. From 13 on the grid mounts it and holds its query back. */
  isMountedLate?: boolean;
  /** The clones beside `body`; undefined until the repeat was worked out. */
  repeatedPanels?: VizPanel[];
}

const GAP_PX = 8;

/** A panel that has asked for all values already, because its repeat came late, asks for its own: new variables tell nobody. */
function askAgain(panel: VizPanel): void {
  const runner = panel.isActive ? sceneGraph.findObject(panel, (o) => o instanceof SceneQueryRunner) : null;
  if (runner instanceof SceneQueryRunner && runner.state.data) {
    runner.runQueries();
  }
}

export class DashboardGridItem extends SceneObjectBase<State> implements SceneGridItemLike {
  static Component = DashboardGridItemRenderer;

  protected override _variableDependency = new VariableDependencyConfig<State>(this, {
    variableNames: [this.state.variableName, this.state.conditionalRendering?.state.variable].filter((name) => name !== undefined),
    onVariableUpdateCompleted: () => {
      this.state.conditionalRendering?.check();
      if (this.state.variableName) {
        this.repeat();
      }
    },
  });

  constructor(state: State) {
    super(state);
    this.addActivationHandler(() => {
      this.state.conditionalRendering?.check();
      if (this.state.variableName) {
        this.repeat();
      }
    });
  }

  private repeat(): void {
    const lateMs = bootData.standIn.lateRepeatsMs;
    if (lateMs > 0 && !this.state.repeatedPanels) {
      setTimeout(() => this.performRepeat(), lateMs);
    } else {
      this.performRepeat();
    }
  }

  performRepeat(): void {
    const { variableName } = this.state;
    const variable = variableName ? sceneGraph.lookupVariable(variableName, this) : null;
    if (!variableName || !(variable instanceof MultiValueVariable) || sceneGraph.hasVariableDependencyInLoadingState(this)) {
      return;
    }
    const { values, texts } = chosenValues(variable);
    if (!values.length) {
      return;
    }
    const local = (i: number) => new SceneVariableSet({ variables: [new LocalValueVariable({ name: variableName, value: values[i]!, text: texts[i]! })] });
    const { body } = this.state;
    body.setState({ $variables: local(0) });
    askAgain(body);
    const repeatedPanels = values.slice(1).map((_, i) => body.clone({ key: `${body.state.key}-clone-${i + 1}`, $variables: local(i + 1), repeatSourceKey: body.state.key } as never));
    const rows = this.state.repeatDirection === 'v' ? values.length : Math.ceil(values.length / (this.state.maxPerRow ?? 4));
    this.setState({ repeatedPanels, height: (this.state.itemHeight ?? 8) * rows });
    const layout = this.parent;
    if (layout instanceof SceneGridLayout) {
      layout.setState({ children: [...layout.state.children] });
    }
  }

  getChildCount(): number {
    return 1 + (this.state.repeatedPanels?.length ?? 0);
  }
}

function DashboardGridItemRenderer({ model }: SceneComponentProps<DashboardGridItem>): ReactNode {
  const { conditionalRendering } = model.useState();
  return conditionalRendering ? <Ruled model={model} rule={conditionalRendering} /> : <Place model={model} />;
}

function Ruled({ model, rule }: { model: DashboardGridItem; rule: ShowRule }): ReactNode {
  const { result, renderHidden } = rule.useState();
  if (result) {
    return <Place model={model} />;
  }
  return renderHidden ? (
    <div style={{ width: '100%', height: '100%', opacity: 0, pointerEvents: 'none' }}>
      <Place model={model} />
    </div>
  ) : null;
}

function Place({ model }: { model: DashboardGridItem }): ReactNode {
  if (!model.state.isMountedLate) {
    return <Panels model={model} />;
  }
  return (
    <LazyLoader key={`lazy-${model.state.key}`} style={{ width: '100%', height: '100%' }} className="lazy-grid-item">
      <Panels model={model} />
    </LazyLoader>
  );
}

function Panels({ model }: SceneComponentProps<DashboardGridItem>): ReactNode {
  const { body, repeatedPanels, variableName, repeatDirection, maxPerRow } = model.useState();
  if (!variableName) {
    return <body.Component model={body} key={body.state.key} />;
  }
  const panels = [body, ...(repeatedPanels ?? [])];
  const columns = repeatDirection === 'v' ? 1 : Math.min(panels.length, maxPerRow ?? 4);
  const style: CSSProperties = { display: 'grid', height: '100%', width: '100%', gap: GAP_PX, gridTemplateColumns: `repeat(${columns}, 1fr)`, gridAutoRows: '1fr' };
  return (
    <div style={style}>
      {panels.map((panel) => (
        <div key={panel.state.key} style={{ position: 'relative', minWidth: 0 }}>
          <panel.Component model={panel} />
        </div>
      ))}
    </div>
  );
}
