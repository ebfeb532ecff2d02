// A row that repeats by a variable: the row itself for the first value, clones of it, panels and all, for the others.
import { LocalValueVariable, MultiValueVariable, sceneGraph, SceneGridLayout, SceneGridRow, SceneObjectBase, SceneVariableSet, VariableDependencyConfig, type SceneGridItemLike, type SceneObjectState } from '@grafana/scenes';
import { majorVersion } from '../../common/bootData';
import { DashboardGridItem } from './DashboardGridItem';
import { chosenValues } from './chosenValues';

interface State extends SceneObjectState {
  variableName: string;
  /** Undefined until the repeat was worked out. */
  repeatedRows?: SceneGridRow[];
}

type GridChild = SceneGridItemLike | SceneGridRow;

const bottomOf = (row: SceneGridRow) => Math.max(row.state.y! + 1, ...row.state.children.map((c) => c.state.y! + c.state.height!));

export class RowRepeater extends SceneObjectBase<State> {
  protected override _variableDependency = new VariableDependencyConfig<State>(this, {
    variableNames: [this.state.variableName],
    onVariableUpdateCompleted: () => this.performRepeat(),
  });

  constructor(state: State) {
    super(state);
    this.addActivationHandler(() => this.performRepeat());
  }

  private performRepeat(): void {
    const row = this.parent;
    const layout = row?.parent;
    const variable = sceneGraph.lookupVariable(this.state.variableName, this);
    if (!(row instanceof SceneGridRow) || !(layout instanceof SceneGridLayout) || !(variable instanceof MultiValueVariable) || variable.state.loading) {
      return;
    }
    const { values, texts } = chosenValues(variable);
    if (!values.length) {
      return;
    }
    const local = (i: number) => new SceneVariableSet({ variables: [new LocalValueVariable({ name: this.state.variableName, value: values[i]!, text: texts[i]! })] });
    const old = this.state.repeatedRows ?? [];
    const heightOf = bottomOf(row) - row.state.y!;
    const clones = values.slice(1).map((_, i) => cloneOf(row, i + 1, heightOf, local(i + 1)));
    const rest = (layout.state.children as GridChild[]).filter((c) => !old.includes(c as SceneGridRow));
    const shift = heightOf * (clones.length - old.length);
    rest.filter((c) => c.state.y! > row.state.y!).forEach((c) => moveDown(c, shift));
    row.setState({ $variables: local(0) });
    this.setState({ repeatedRows: clones });
    const at = rest.indexOf(row) + 1;
    layout.setState({ children: [...rest.slice(0, at), ...clones, ...rest.slice(at)] as SceneGridItemLike[] });
  }
}

function moveDown(child: GridChild, rows: number): void {
  child.setState({ y: child.state.y! + rows });
  if (child instanceof SceneGridRow) {
    child.state.children.forEach((c) => c.setState({ y: c.state.y! + rows }));
  }
}

function cloneOf(row: SceneGridRow, n: number, heightOf: number, $variables: SceneVariableSet): SceneGridRow {
  const children = row.state.children.map((item) => {
    const y = item.state.y! + n * heightOf;
    if (!(item instanceof DashboardGridItem)) {
      return item.clone({ y });
    }
    const { body } = item.state;
    /* From 12 on the panels of a row's clones keep their keys; only their path ids differ. */
    const key = majorVersion >= 12 ? body.state.key : `${body.state.key}-clone-${n}`;
    return item.clone({ key: `${item.state.key}-clone-${n}`, y, body: body.clone({ key }) });
  });
  return row.clone({ key: `${row.state.key}-clone-${n}`, y: row.state.y! + n * heightOf, $variables, $behaviors: [], children, repeatSourceKey: row.state.key } as never);
}
