# One image for every room and for the migrations; ROOM says which room a container is.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node tools/run.mjs build

# What runs needs neither the tools nor the embedded servers and the Node for machines without one, which are optional.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production DATA_DIR=/data HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/apps/fraud/data ./apps/fraud/data
COPY package.json ./
COPY tools/container-health.mjs ./tools/
# A new volume takes over the owner.
RUN mkdir -m 0700 /data && chown node:node /data
USER node
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["node", "tools/container-health.mjs"]
CMD ["sh", "-c", "exec node --enable-source-maps dist/apps/${ROOM:?}/src/main.js"]
