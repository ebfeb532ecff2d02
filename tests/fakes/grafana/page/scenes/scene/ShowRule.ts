// Conditional rendering: a place in the layout is seen only while its rule holds. The state has the members of Grafana's own
// groups of conditions: `result`, and `renderHidden` when the panel is mounted, unseen, while it does not.
import { SceneObjectBase, sceneGraph, type SceneObjectState } from '@grafana/scenes';

interface State extends SceneObjectState {
  variable: string;
  value: string;
  result: boolean;
  renderHidden: boolean;
}

export class ShowRule extends SceneObjectBase<State> {
  check(): void {
    const value = sceneGraph.lookupVariable(this.state.variable, this)?.getValue();
    const result = String(value) === this.state.value;
    if (result !== this.state.result) {
      this.setState({ result });
    }
  }
}
