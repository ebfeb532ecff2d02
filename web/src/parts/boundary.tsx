/* A fault in one room leaves the rest of the page standing. */
import { Component, type ReactNode } from 'react'
import { Fault } from './state'

export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
    override state: { error: unknown } = { error: null }

    static getDerivedStateFromError(error: unknown) {
        return { error }
    }

    override render() {
        if (this.state.error) return <Fault error={this.state.error} onRetry={() => this.setState({ error: null })} />
        return this.props.children
    }
}
