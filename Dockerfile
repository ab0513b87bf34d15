# One image for both applications; the command selects: node dist/apps/gateway/main.js (the default) or node dist/apps/admin/main.js.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY .swcrc ./
COPY tools/build tools/build
COPY libs libs
COPY apps apps
RUN npm run build && rm -r dist/node_modules/@tokenbay/testing

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24-slim
ENV NODE_ENV=production GATEWAY_HOST=0.0.0.0 ADMIN_HOST=0.0.0.0 METRICS_HOST=0.0.0.0
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 3000 3001 9464
STOPSIGNAL SIGTERM
# The gateway's; whoever runs the admin application says so with its own check (docker-compose.yml does).
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "--min-semi-space-size=16", "--max-semi-space-size=64", "--no-allocation-site-pretenuring", "dist/apps/gateway/main.js"]
