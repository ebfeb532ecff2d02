// A library panel: a placeholder until its model has been fetched.
import { SceneObjectBase, VizPanel, type SceneObjectState } from '@grafana/scenes';
import { backendSrv } from '../boot/backendSrv';
import type { PanelJson } from './json';
import { vizStateOf } from './transform';

interface State extends SceneObjectState {
  uid: string;
  panelId: number;
  isLoaded?: boolean;
}

export class LibraryPanelBehavior extends SceneObjectBase<State> {
  static readonly PLACEHOLDER = 'library-panel-loading-plugin';

  constructor(state: State) {
    super(state);
    this.addActivationHandler(() => void this.load());
  }

  private async load(): Promise<void> {
    const panel = this.parent;
    if (!(panel instanceof VizPanel) || this.state.isLoaded) {
      return;
    }
    const answer = await backendSrv.get<{ result: { model: PanelJson } }>(`/api/library-elements/${this.state.uid}`);
    this.setState({ isLoaded: true });
    const model = { ...answer.result.model, id: this.state.panelId, libraryPanel: undefined };
    const { pluginId, options, fieldConfig, ...rest } = vizStateOf(model);
    panel.setState(rest);
    await panel.changePluginType(pluginId!, options as never, fieldConfig);
  }
}
