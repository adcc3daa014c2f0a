// What Grafana's packages say of dashboards, as JSON has it: enumerations by their texts, and options that are left out
// where Grafana has a default.
import type { Dashboard, FieldConfig, Panel } from "@grafana/schema";
import type * as barchart from "@grafana/schema/dist/esm/raw/composable/barchart/panelcfg/x/BarChartPanelCfg_types.gen.d.ts";
import type * as bargauge from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen.d.ts";
import type * as heatmap from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen.d.ts";
import type * as stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen.d.ts";
import type * as timeline from "@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen.d.ts";
import type * as table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen.d.ts";
import type * as timeseries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.d.ts";

type Json<T> = unknown extends T ? T
  : T extends string ? `${T}`
  : T extends number ? number
  : T extends (infer Element)[] ? Json<Element>[]
  : T extends object ? { [Member in keyof T]: Json<T[Member]> }
  : T;

type Some<T> = unknown extends T ? T
  : T extends (infer Element)[] ? Some<Element>[]
  : T extends object ? { [Member in keyof T]?: Some<T[Member]> }
  : T;

// Options and custom field configuration by the panel's type.
interface Kinds {
  barchart: [barchart.Options, barchart.FieldConfig];
  bargauge: [bargauge.Options, object];
  heatmap: [heatmap.Options, heatmap.FieldConfig];
  stat: [stat.Options, object];
  "state-timeline": [timeline.Options, timeline.FieldConfig];
  table: [table.Options, table.FieldConfig];
  timeseries: [timeseries.Options, timeseries.FieldConfig];
}

interface PromQl {
  refId: string;
  datasource: { type: "prometheus"; uid: string };
  editorMode: "code";
  expr: string;
  format: "time_series" | "table" | "heatmap";
  instant: boolean;
  range: boolean;
  legendFormat: string;
  interval?: string;
}

interface Sql {
  refId: string;
  datasource: { type: "grafana-postgresql-datasource"; uid: string };
  editorMode: "code";
  format: "time_series" | "table";
  rawQuery: true;
  rawSql: string;
}

type Properties = { id: string; value: unknown }[];

export type PanelOf<Kind extends keyof Kinds> = Json<Omit<Panel, "type" | "options" | "fieldConfig" | "targets">> & {
  type: Kind;
  options: Some<Json<Kinds[Kind][0]>>;
  fieldConfig: {
    defaults: Json<Omit<FieldConfig, "custom">> & { custom?: Some<Json<Kinds[Kind][1]>> };
    overrides: { matcher: { id: "byName" | "byRegexp" | "byType"; options: string }; properties: Properties }[];
  };
  targets: (PromQl | Sql)[];
};

export interface Row {
  id: number;
  type: "row";
  title: string;
  collapsed: boolean;
  gridPos: Json<Panel["gridPos"]>;
  panels: [];
}

type Annotation = Omit<Json<NonNullable<NonNullable<Dashboard["annotations"]>["list"]>[number]>, "target"> & {
  target?: Omit<Sql, "datasource">;
};

export type Frame = Json<Omit<Dashboard, "panels" | "annotations" | "templating">> & {
  annotations: { list: Annotation[] };
  templating: { list: (Json<NonNullable<NonNullable<Dashboard["templating"]>["list"]>[number]> & { definition?: string })[] };
};
