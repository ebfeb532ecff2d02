import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import locales from '@react-aria/optimize-locales-plugin'
import { transformWithEsbuild, type Plugin, type Rollup } from 'vite'
import { defineConfig } from 'vitest/config'
import { mockApi } from './dev/mock-plugin'

const root = fileURLToPath(new URL('.', import.meta.url))

/* boot.ts sets theme and language before the first paint. It must block rendering, so it is a classic
   script of its own with a hashed name, not part of the (deferred) module graph. */
function bootScript(): Plugin {
    const compile = async () =>
        (await transformWithEsbuild(readFileSync(`${root}src/boot.ts`, 'utf8'), 'boot.ts', {
            format: 'iife', minify: true, target: 'es2020', sourcemap: false,
        })).code
    let name = ''
    /* The files of a chunk that nothing has loaded yet when the boot script runs: itself and what it imports. */
    const filesOf = (bundle: Rollup.OutputBundle, entry: string): string => {
        const files = new Set<string>()
        const loaded = new Set<string>()
        const visit = (file: string, into: Set<string>) => {
            const chunk = bundle[file]
            if (chunk?.type !== 'chunk' || into.has(file)) return
            into.add(file)
            chunk.viteMetadata?.importedCss.forEach((css) => into.add(css))
            chunk.imports.forEach((x) => visit(x, into))
        }
        for (const c of Object.values(bundle)) if (c.type === 'chunk' && c.isEntry) visit(c.fileName, loaded)
        for (const c of Object.values(bundle)) if (c.type === 'chunk' && c.facadeModuleId?.endsWith(entry)) visit(c.fileName, files)
        return [...files].filter((x) => !loaded.has(x)).map((x) => `/${x}`).join(' ')
    }
    return {
        name: 'rounds-boot',
        configureServer(server) {
            server.middlewares.use('/boot.js', (_req, res) => {
                void compile().then((code) => {
                    res.setHeader('Content-Type', 'text/javascript')
                    res.end(code)
                })
            })
        },
        async generateBundle() {
            const ref = this.emitFile({ type: 'asset', name: 'boot.js', source: await compile() })
            name = this.getFileName(ref)
        },
        transformIndexHtml: {
            order: 'post',
            handler: (_html, { bundle }) => [{
                tag: 'script', injectTo: 'head-prepend',
                attrs: {
                    src: `/${name || 'boot.js'}`,
                    ...(bundle ? {
                        'data-review': filesOf(bundle, 'rooms/review/review.tsx'), 'data-today': filesOf(bundle, 'rooms/today/today.tsx'),
                        'data-zh': filesOf(bundle, 'i18n/zh-CN/index.ts'), 'data-en': filesOf(bundle, 'i18n/en/index.ts'),
                    } : {}),
                },
            }],
        },
    }
}

export default defineConfig({
    plugins: [
        react(),
        { ...locales.vite({ locales: ['en-US', 'zh-CN'] }), enforce: 'pre' },
        bootScript(),
        mockApi(),
    ],
    resolve: { alias: { '~': `${root}src` } },
    build: {
        target: 'es2022',
        manifest: true,
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        rollupOptions: {
            output: {
                manualChunks(id) {
                    if (/node_modules[\\/](react|react-dom|scheduler)[\\/]/.test(id)) return 'react'
                    return undefined
                },
            },
        },
    },
    server: process.env.ROUNDS_API ? { proxy: { '/api': process.env.ROUNDS_API } } : {},
    preview: process.env.ROUNDS_API ? { proxy: { '/api': process.env.ROUNDS_API } } : {},
    test: {
        environment: 'jsdom',
        setupFiles: ['test/setup.ts'],
        include: ['test/**/*.test.{ts,tsx}', 'src/**/*.test.{ts,tsx}'],
    },
})
