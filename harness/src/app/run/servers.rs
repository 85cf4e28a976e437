//! Where everything is: the scenario's URLs, the running stack, or a stack of this run's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;

use super::super::stack::{config, locate, teller};
use super::super::{Console, Failure};
use super::RunOptions;
use crate::load::fault::FaultSwitch;
use crate::model::Engine;
use crate::scenario::Plan;
use crate::stack::tools::Tool;
use crate::stack::{self, Component, Places, RuleFile, Stack, State};
use crate::telemetry::{LokiSource, PrometheusSource, Role, Source, Sources, probe};

/// Everything a run talks to.
pub(super) struct Servers {
    /// Base URL of the service.
    pub(super) target: String,
    /// Its process, if it is part of a stack.
    pub(super) child: Option<u32>,
    /// Its fault API, if it has one.
    pub(super) faults: Option<FaultSwitch>,
    /// What answers questions.
    pub(super) sources: Sources,
    /// Base URLs of the rulers.
    pub(super) rulers: BTreeMap<Engine, String>,
    /// Where to listen for webhooks.
    pub(super) webhook_listen: Option<String>,
    versions: BTreeMap<String, String>,
    stack: Option<InUse>,
}

/// A stack in use: somebody else's, or one of this run's own.
enum InUse {
    Running(Box<State>),
    Own(Box<Stack>),
}

impl InUse {
    fn state(&self) -> &State {
        match self {
            Self::Running(state) => state,
            Self::Own(stack) => stack.state(),
        }
    }
}

impl Servers {
    /// Finds or starts what the plan needs and asks each server for its version.
    pub(super) async fn find(
        console: &Console,
        options: &RunOptions,
        plan: &Plan,
    ) -> Result<Self, Failure> {
        let needs_stack = plan.telemetry.stack || plan.target.url.is_none();
        let stack = if needs_stack {
            Some(obtain_stack(console, options, plan).await?)
        } else {
            None
        };
        let state = stack.as_ref().map(InUse::state);
        let of_stack = |component| state.and_then(|s| s.url(component)).map(str::to_owned);
        let telemetry = |named: &Option<String>, component| {
            named
                .clone()
                .or_else(|| plan.telemetry.stack.then(|| of_stack(component)).flatten())
        };
        let prometheus = telemetry(&plan.telemetry.prometheus, Component::Prometheus);
        let loki = telemetry(&plan.telemetry.loki, Component::Loki);
        let alertmanager = telemetry(&plan.telemetry.alertmanager, Component::Alertmanager);
        let target = plan
            .target
            .url
            .clone()
            .or_else(|| of_stack(Component::Target))
            .context(
                "the running stack has no target service; `sloproof stack down`, then try again",
            )
            .map_err(Failure::usage)?;
        let fault_url = match (&plan.target.fault_url, &plan.target.url) {
            (Some(url), _) => Some(url.clone()),
            (None, None) => state.and_then(|s| s.fault_url.clone()),
            (None, Some(_)) => None,
        };
        let mut versions = BTreeMap::from([("target".to_owned(), target.clone())]);
        for (role, url) in [
            (Role::Prometheus, &prometheus),
            (Role::Loki, &loki),
            (Role::Alertmanager, &alertmanager),
        ] {
            if let Some(url) = url {
                let version = probe(role, url).await.map_err(Failure::usage)?;
                versions.insert(
                    role.to_string().to_lowercase(),
                    format!("{url} (version {version})"),
                );
            }
        }
        let webhook_listen = plan.telemetry.webhook_listen.clone().or_else(|| {
            plan.telemetry
                .stack
                .then(|| state.map(|s| format!("127.0.0.1:{}", s.receiver_port)))
                .flatten()
        });
        let child = match plan.target.url {
            Some(_) => None,
            None => state.and_then(|s| s.pid(Component::Target)),
        };
        Ok(Self {
            target,
            child,
            faults: fault_url.map(|url| FaultSwitch::new(reqwest::Client::new(), &url)),
            sources: sources(prometheus.as_deref(), loki.as_deref())?,
            rulers: [(Engine::Prometheus, prometheus), (Engine::Loki, loki)]
                .into_iter()
                .filter_map(|(engine, url)| Some((engine, url?)))
                .collect(),
            webhook_listen,
            versions,
            stack,
        })
    }

    /// Puts the plan's rules, scaled, into the stack. Servers of others are left as they are.
    pub(super) async fn install_rules(
        &self,
        console: &Console,
        plan: &Plan,
    ) -> Result<(), Failure> {
        let Some(in_use) = self.stack.as_ref().filter(|_| plan.telemetry.stack) else {
            return Ok(());
        };
        let of = |engine| -> Vec<RuleFile> {
            plan.rules
                .iter()
                .filter(|file| file.engine == engine)
                .map(|file| RuleFile {
                    name: flat_name(&file.file),
                    text: file.text.clone(),
                })
                .collect()
        };
        let (prometheus, loki) = (of(Engine::Prometheus), of(Engine::Loki));
        stack::install_rules(in_use.state(), &prometheus, &loki)
            .await
            .map_err(Failure::usage)?;
        console.say(&format!(
            "rules are loaded: {} files",
            prometheus.len() + loki.len()
        ));
        Ok(())
    }

    /// Starts from a service without faults; a fault API that does not answer is found now, not in mid-run.
    pub(super) async fn clear_faults(&self, plan: &Plan) -> Result<(), Failure> {
        let wanted = plan.load.phases.iter().any(|p| p.faults.is_some());
        match &self.faults {
            Some(switch) => switch.set(None).await.map_err(Failure::usage),
            None if wanted => Err(Failure::usage(anyhow::anyhow!(
                "the scenario has faults, and the service has no fault API; name it in target.faults"
            ))),
            None => Ok(()),
        }
    }

    /// Server names with URL and version.
    pub(super) fn versions(&self) -> BTreeMap<String, String> {
        self.versions.clone()
    }

    /// Stops the stack if it is this run's own.
    pub(super) async fn stop(self, console: &Console) {
        if let Some(InUse::Own(stack)) = self.stack {
            let mut tell = teller(console);
            match stack.stop(&mut tell).await {
                Ok(_) => console.say("the run's own stack is stopped"),
                Err(error) => console.error(&format!(
                    "the run's own stack did not stop cleanly: {error:#}"
                )),
            }
        }
    }
}

async fn obtain_stack(
    console: &Console,
    options: &RunOptions,
    plan: &Plan,
) -> Result<InUse, Failure> {
    let places = Places::from_env();
    let mut tell = teller(console);
    if let Some(state) = stack::recover(&places.state_file(), &mut tell)
        .await
        .map_err(Failure::usage)?
    {
        console.say("using the running stack (`sloproof stack status`)");
        return Ok(InUse::Running(Box::new(state)));
    }
    stack::sweep(&places.temp_dir, &mut tell)
        .await
        .map_err(Failure::usage)?;
    console.say("telemetry stack: none is running, so this run gets its own");
    let toolbox = locate(console, &options.tools, &Tool::SERVERS).await?;
    let mut config = config(&places, &options.tools, plan.load.seed, ":memory:")?;
    config.scrape_interval = plan.telemetry.scrape_interval.into();
    config.evaluation_interval = plan.telemetry.evaluation_interval.into();
    let started = std::time::Instant::now();
    let stack = stack::up(&config, &toolbox, &mut tell)
        .await
        .map_err(Failure::usage)?;
    let state = stack.state();
    let urls: Vec<String> = state
        .components
        .iter()
        .map(|c| format!("{} {}", c.component.name(), c.url))
        .collect();
    console.say(&format!(
        "stack is up in {:.1} s   {}",
        started.elapsed().as_secs_f64(),
        urls.join("  ")
    ));
    Ok(InUse::Own(Box::new(stack)))
}

fn sources(prometheus: Option<&str>, loki: Option<&str>) -> Result<Sources, Failure> {
    let mut sources = Sources::default();
    if let Some(url) = prometheus {
        let source = PrometheusSource::new(url).map_err(Failure::usage)?;
        sources.prometheus = Some(Arc::new(source) as Arc<dyn Source>);
    }
    if let Some(url) = loki {
        let source = LokiSource::new(url).map_err(Failure::usage)?;
        sources.loki = Some(Arc::new(source) as Arc<dyn Source>);
    }
    Ok(sources)
}

/// Rule folders are flat: `../alerts/kv.yaml` becomes `alerts-kv.yaml`, so that two files of one name can live together.
fn flat_name(file: &str) -> String {
    let parts: Vec<&str> = file
        .split('/')
        .filter(|p| !p.is_empty() && *p != "." && *p != "..")
        .collect();
    let start = parts.len().saturating_sub(2);
    let name = parts[start..].join("-");
    let stem = name
        .strip_suffix(".yml")
        .or_else(|| name.strip_suffix(".yaml"))
        .unwrap_or(&name);
    format!("{stem}.yaml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_files_get_flat_names_that_prometheus_reads() {
        assert_eq!(flat_name("../alerts/kv.yaml"), "alerts-kv.yaml");
        assert_eq!(flat_name("kv.yml"), "kv.yaml");
    }
}
