import { toast } from './toast'

export function copyText(text: string, done: string): void {
    void navigator.clipboard?.writeText(text).then(() => toast({ text: done }))
}
