import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './style/base.css'
import { queries } from './api/queries'
import { sessionQuery } from './api/session'
import { App, preloadRoom } from './app/app'
import { followSystem } from './base/prefs'
import { startI18n } from './i18n'

followSystem()
preloadRoom(location.pathname)
void queries.prefetchQuery(sessionQuery)
await startI18n()
createRoot(document.getElementById('root')!).render(
    <StrictMode>
        <QueryClientProvider client={queries}>
            <App />
        </QueryClientProvider>
    </StrictMode>,
)
