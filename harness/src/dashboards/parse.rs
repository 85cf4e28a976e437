//! Grafana's dashboard JSON, read as far as queries need it. Grafana writes many fields for itself; those are let
//! through, for they say nothing about what a panel asks.

use serde_json::Value;

use super::panel::{Dashboard, Panel, PanelQuery, Variable};
use crate::model::{Diagnostic, Engine, Millis, Source, Span};

/// Rows in rows in rows are Grafana's limit of one, with room.
const MAX_DEPTH: usize = 8;

/// Reads a dashboard; `None` when the file is not one. Mistakes go to `found`.
pub fn parse(source: &Source, found: &mut Vec<Diagnostic>) -> Option<Dashboard> {
    let root: Value = match serde_json::from_str(&source.text) {
        Ok(root) => root,
        Err(error) => {
            let at = offset(&source.text, error.line(), error.column());
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or(&text);
            let span = Span {
                start: at,
                end: at + 1,
            };
            found.push(source.mistake(span, format!("not valid JSON: {text}")));
            return None;
        }
    };
    let mut reader = Reader {
        source,
        variables: variables(&root),
        panels: vec![],
        found,
    };
    let Some(title) = root.get("title").and_then(Value::as_str) else {
        let whole = Span { start: 0, end: 1 };
        reader.found.push(
            source
                .mistake(whole, "not a Grafana dashboard: it has no `title`")
                .hint("export the dashboard's JSON model, not the API's answer around it"),
        );
        return None;
    };
    reader.level(&root, 0);
    let Reader {
        variables, panels, ..
    } = reader;
    if panels.is_empty() {
        let at = source.within(whole_text(source), "\"title\"");
        found.push(source.mistake(at, format!("dashboard `{title}` has no panel with a query")));
    }
    Some(Dashboard {
        title: title.to_owned(),
        uid: text(&root, "uid"),
        panels,
        variables,
    })
}

struct Reader<'a> {
    source: &'a Source,
    variables: Vec<Variable>,
    panels: Vec<Panel>,
    found: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// The panels of a dashboard or row; old files keep `rows`, new ones nest panels in a panel of type `row`.
    fn level(&mut self, holder: &Value, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for panel in list(holder, "panels") {
            if panel.get("type").and_then(Value::as_str) != Some("row") {
                self.panel(panel);
            }
            self.level(panel, depth + 1);
        }
        for row in list(holder, "rows") {
            self.level(row, depth + 1);
        }
    }

    fn panel(&mut self, panel: &Value) {
        let title = text(panel, "title");
        let mut queries = Vec::new();
        for target in list(panel, "targets") {
            let Some(expr) = target
                .get("expr")
                .and_then(Value::as_str)
                .filter(|e| !e.trim().is_empty())
            else {
                continue;
            };
            let ref_id = text(target, "refId");
            let named = target.get("datasource").or_else(|| panel.get("datasource"));
            let Some(engine) = self.engine(named) else {
                let place = self
                    .source
                    .within(whole_text(self.source), &format!("{}", Value::from(expr)));
                self.found.push(
                    self.source
                        .mistake(
                            place,
                            format!(
                                "panel `{title}`, query {ref_id}: the data source is neither Prometheus nor Loki"
                            ),
                        )
                        .hint("\"datasource\": {\"type\": \"prometheus\", \"uid\": \"…\"}"),
                );
                continue;
            };
            queries.push(PanelQuery {
                ref_id,
                engine,
                expr: expr.to_owned(),
                instant: flag(target, "instant") && !flag(target, "range")
                    || text(target, "queryType") == "instant",
            });
        }
        if queries.is_empty() {
            return;
        }
        self.panels.push(Panel {
            id: panel.get("id").and_then(Value::as_u64).unwrap_or_default(),
            title,
            unit: panel
                .pointer("/fieldConfig/defaults/unit")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            max_data_points: panel.get("maxDataPoints").and_then(Value::as_u64),
            min_step: panel
                .get("interval")
                .and_then(Value::as_str)
                .and_then(|s| Millis::from_promql(s.trim_start_matches('>'))),
            queries,
        });
    }

    /// By type; by the variable that chooses it; or, in old files, by its name.
    fn engine(&self, datasource: Option<&Value>) -> Option<Engine> {
        let datasource = datasource?;
        if let Some(kind) = datasource.get("type").and_then(Value::as_str) {
            return engine_of(kind);
        }
        let name = datasource
            .get("uid")
            .or(Some(datasource))
            .and_then(Value::as_str)?;
        let variable = name
            .strip_prefix("${")
            .and_then(|n| n.strip_suffix('}'))
            .or_else(|| name.strip_prefix('$'));
        match variable {
            Some(variable) => self
                .variables
                .iter()
                .find(|v| v.name == variable && v.kind == "datasource")
                .and_then(|v| v.options.first())
                .and_then(|kind| engine_of(kind)),
            None => engine_of(&name.to_lowercase()),
        }
    }
}

fn engine_of(name: &str) -> Option<Engine> {
    match name {
        "prometheus" => Some(Engine::Prometheus),
        "loki" => Some(Engine::Loki),
        _ => None,
    }
}

/// For a datasource variable, `options` holds the type it chooses among: Grafana keeps that in `query`.
fn variables(root: &Value) -> Vec<Variable> {
    let templating = root.get("templating").unwrap_or(&Value::Null);
    list(templating, "list")
        .iter()
        .map(|variable| {
            let kind = text(variable, "type");
            let mut options: Vec<String> = list(variable, "options")
                .iter()
                .flat_map(|o| strings(o.get("value")))
                .collect();
            let query = text(variable, "query");
            if kind == "datasource" {
                options = vec![query];
            } else if options.is_empty() && (kind == "custom" || kind == "interval") {
                options = query
                    .split(',')
                    .map(|o| o.trim().to_owned())
                    .filter(|o| !o.is_empty())
                    .collect();
            } else if options.is_empty() && (kind == "constant" || kind == "textbox") {
                options = vec![query];
            }
            Variable {
                name: text(variable, "name"),
                kind,
                multi: flag(variable, "multi"),
                include_all: flag(variable, "includeAll"),
                all_value: variable
                    .get("allValue")
                    .and_then(Value::as_str)
                    .filter(|v| !v.is_empty())
                    .map(str::to_owned),
                current: strings(variable.pointer("/current/value")),
                options,
            }
        })
        .collect()
}

fn list<'a>(holder: &'a Value, key: &str) -> &'a [Value] {
    holder
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text(holder: &Value, key: &str) -> String {
    holder
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn flag(holder: &Value, key: &str) -> bool {
    holder.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(several)) => several
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => vec![],
    }
}

fn whole_text(source: &Source) -> Span {
    Span {
        start: 0,
        end: source.text.len(),
    }
}

/// The byte at which a 1-based line and column (in bytes) stand.
fn offset(text: &str, line: usize, column: usize) -> usize {
    text.split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum::<usize>()
        + column.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Dashboard>, Vec<String>) {
        let source = Source {
            file: "dashboards/a.json".into(),
            text: text.into(),
        };
        let mut found = vec![];
        let dashboard = parse(&source, &mut found);
        let told = found
            .iter()
            .map(|d| format!("{}:{} {}", d.line, d.column, d.message))
            .collect();
        (dashboard, told)
    }

    #[test]
    fn rows_are_unfolded_and_engines_found_by_type_or_variable() {
        let (dashboard, told) = read(
            r#"{"title": "T", "uid": "u", "templating": {"list": [
                {"name": "DS", "type": "datasource", "query": "loki"},
                {"name": "route", "type": "query", "multi": true, "includeAll": true, "allValue": ".*",
                 "current": {"value": ["$__all"]}},
                {"name": "q", "type": "custom", "query": "0.5, 0.9"}]},
              "panels": [
                {"id": 1, "type": "text", "title": "words"},
                {"id": 2, "type": "row", "title": "row", "panels": [
                  {"id": 3, "title": "rate", "interval": "1m", "maxDataPoints": 100,
                   "fieldConfig": {"defaults": {"unit": "reqps"}},
                   "datasource": {"type": "prometheus", "uid": "p"},
                   "targets": [{"refId": "A", "expr": "rate(x[5m])"},
                               {"refId": "B", "expr": "{a=\"b\"}", "instant": true, "datasource": {"uid": "${DS}"}},
                               {"refId": "C", "expr": ""}]}]}]}"#,
        );
        assert_eq!(told, Vec::<String>::new());
        let dashboard = dashboard.unwrap();
        assert_eq!(dashboard.panels.len(), 1);
        let panel = &dashboard.panels[0];
        assert_eq!((panel.id, panel.unit.as_str()), (3, "reqps"));
        assert_eq!(panel.min_step, Some(Millis(60_000)));
        let engines: Vec<Engine> = panel.queries.iter().map(|q| q.engine).collect();
        assert_eq!(engines, [Engine::Prometheus, Engine::Loki]);
        assert!(panel.queries[1].instant && !panel.queries[0].instant);
        assert_eq!(dashboard.variables[1].current, ["$__all"]);
        assert_eq!(dashboard.variables[2].options, ["0.5", "0.9"]);
    }

    #[test]
    fn an_unknown_data_source_is_a_mistake_at_its_query() {
        let (_, told) = read(
            "{\"title\": \"T\",\n \"panels\": [{\"title\": \"p\", \"datasource\": {\"type\": \"mysql\"},\n  \"targets\": [{\"refId\": \"A\", \"expr\": \"select 1\"}]}]}",
        );
        assert_eq!(
            told[0],
            "3:38 panel `p`, query A: the data source is neither Prometheus nor Loki"
        );
        assert!(told[1].contains("has no panel with a query"));
    }

    #[test]
    fn broken_json_points_at_its_place() {
        let (dashboard, told) = read("{\n  \"title\": nope}\n");
        assert!(dashboard.is_none());
        assert!(told[0].starts_with("2:"), "{told:?}");
    }
}
