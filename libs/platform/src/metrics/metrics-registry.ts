import { Registry } from 'prom-client';

/** The process's Prometheus registry; rooms add their own counters and histograms to it. */
export class MetricsRegistry extends Registry {}
