//! The servers' configuration files, from the templates in `stack/templates/`.

use std::path::Path;
use std::time::Duration;

use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::component::Component;
use super::config::{NAMESPACE, StackConfig};
use super::layout::Layout;

const PROMETHEUS: &str = include_str!("../../../stack/templates/prometheus.yaml");
const ALERTMANAGER: &str = include_str!("../../../stack/templates/alertmanager.yaml");
const LOKI: &str = include_str!("../../../stack/templates/loki.yaml");

/// The ports of one stack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) prometheus: u16,
    pub(crate) alertmanager: u16,
    pub(crate) loki: u16,
    pub(crate) loki_grpc: u16,
    pub(crate) target: u16,
    pub(crate) target_faults: u16,
    /// Left free for the webhook receiver that the harness binds during a run.
    pub(crate) receiver: u16,
}

/// The base URL of a port on loopback.
pub(crate) fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

pub(crate) fn prometheus(
    config: &StackConfig,
    ports: Ports,
    layout: &Layout,
) -> Result<String, minijinja::Error> {
    let target = config.target.as_ref().and_then(|target| {
        let metrics_path = target.metrics_path.as_ref()?;
        Some(context! {
            app => &target.app,
            namespace => NAMESPACE,
            metrics_path,
            address => format!("127.0.0.1:{}", ports.target),
        })
    });
    fill(
        PROMETHEUS,
        context! {
            scrape_interval => millis(config.scrape_interval),
            evaluation_interval => millis(config.evaluation_interval),
            alertmanager_address => format!("127.0.0.1:{}", ports.alertmanager),
            rule_files => text(&Layout::prometheus_rules(&layout.rules()).join("*.yaml")),
            target,
        },
    )
}

pub(crate) fn alertmanager(ports: Ports) -> Result<String, minijinja::Error> {
    fill(
        ALERTMANAGER,
        context! { receiver_url => format!("{}/", url(ports.receiver)) },
    )
}

pub(crate) fn loki(
    config: &StackConfig,
    ports: Ports,
    layout: &Layout,
) -> Result<String, minijinja::Error> {
    let data = layout.data(Component::Loki);
    fill(
        LOKI,
        context! {
            http_port => ports.loki,
            grpc_port => ports.loki_grpc,
            data_dir => text(&data),
            chunks_dir => text(&data.join("chunks")),
            rules_dir => text(&Layout::loki_rules(&layout.rules())),
            // Loki copies the rules here; it must not be the folder that it reads them from.
            rule_path => text(&data.join("rules-loaded")),
            ruler_interval => millis(config.ruler_interval),
            alertmanager_url => url(ports.alertmanager),
        },
    )
}

fn fill(template: &str, values: Value) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.render_str(template, values)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn millis(duration: Duration) -> String {
    format!("{}ms", duration.as_millis())
}

#[cfg(test)]
mod tests {
    use super::super::places::Places;
    use super::super::target::TargetConfig;
    use super::*;

    const PORTS: Ports = Ports {
        prometheus: 1,
        alertmanager: 2,
        loki: 3,
        loki_grpc: 4,
        target: 5,
        target_faults: 6,
        receiver: 7,
    };

    fn config() -> StackConfig {
        let places = Places {
            cache_dir: "/c".into(),
            temp_dir: "/t".into(),
            search_path: std::ffi::OsString::new(),
        };
        StackConfig {
            target: Some(TargetConfig::kv("target-service".into(), ":memory:", 1)),
            ..StackConfig::new(&places)
        }
    }

    fn layout() -> Layout {
        Layout::at(Path::new("/w"))
    }

    #[test]
    fn prometheus_scrapes_the_target_under_its_job() {
        insta::assert_snapshot!(prometheus(&config(), PORTS, &layout()).unwrap());
    }

    #[test]
    fn without_a_target_there_is_nothing_to_scrape() {
        let alone = StackConfig {
            target: None,
            ..config()
        };
        assert!(
            !prometheus(&alone, PORTS, &layout())
                .unwrap()
                .contains("scrape_configs")
        );
    }

    #[test]
    fn loki_and_alertmanager_are_valid_yaml() {
        for text in [
            loki(&config(), PORTS, &layout()).unwrap(),
            alertmanager(PORTS).unwrap(),
        ] {
            serde_saphyr::from_str::<serde_json::Value>(&text).unwrap();
        }
    }
}
