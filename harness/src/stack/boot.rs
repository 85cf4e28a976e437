//! Starting a stack.

use std::collections::BTreeMap;
use std::fs;

use jiff::Timestamp;
use reqwest::Client;
use tokio::time::Instant;

use super::child::{ChildError, Launch, ManagedChild};
use super::component::Component;
use super::config::{NAMESPACE, StackConfig};
use super::error::StackError;
use super::layout::{Layout, LayoutError};
use super::process::ProcessRef;
use super::progress::{OnProgress, Progress};
use super::render::{self, Ports, url};
use super::running::Stack;
use super::ship::Shipper;
use super::state::{ComponentState, Phase, SCHEMA_VERSION, State};
use super::target::TargetConfig;
use super::tools::{Located, Tool, Toolbox};
use super::{http, ports, readiness};

/// Starts all components and returns when all are ready. On an error, or when the future is
/// dropped, nothing is left: no process, no directory, no state file.
pub async fn up(
    config: &StackConfig,
    tools: &Toolbox,
    progress: OnProgress<'_>,
) -> Result<Stack, StackError> {
    let client = http::client().map_err(StackError::Client)?;
    let ports = pick_ports()?;
    let mut stack = prepare(config, ports)?;
    stack.save()?;
    let started = Instant::now();
    for tool in Tool::SERVERS {
        let tools = tools.get(tool).ok_or(StackError::NoTool { tool })?;
        start_server(&mut stack, tool, tools, ports, progress)?;
        stack.save()?;
    }
    if let Some(target) = &config.target {
        start_target(&mut stack, target, ports, &client, progress)?;
        stack.save()?;
    }
    wait_for_all(&mut stack, config, &client, started, progress).await?;
    stack.state.phase = Phase::Ready;
    stack.save()?;
    Ok(stack)
}

fn pick_ports() -> Result<Ports, StackError> {
    let free = ports::free(7).map_err(StackError::Ports)?;
    Ok(Ports {
        prometheus: free[0],
        alertmanager: free[1],
        loki: free[2],
        loki_grpc: free[3],
        target: free[4],
        target_faults: free[5],
        receiver: free[6],
    })
}

/// The working directory with its configuration files, and a stack without processes that owns it.
fn prepare(config: &StackConfig, ports: Ports) -> Result<Stack, StackError> {
    let supervisor = ProcessRef::current().ok_or(StackError::NoProc)?;
    let layout = Layout::create(&config.base_dir)?;
    let state = State {
        schema_version: SCHEMA_VERSION,
        phase: Phase::Starting,
        supervisor,
        started_at: Timestamp::now(),
        work_dir: layout.root().to_owned(),
        receiver_url: format!("{}/", url(ports.receiver)),
        receiver_port: ports.receiver,
        fault_url: config.target.as_ref().map(|_| url(ports.target_faults)),
        components: Vec::new(),
        shipping: None,
    };
    let stack = Stack {
        children: Vec::new(),
        shipper: None,
        layout,
        state,
        state_file: config.state_file.clone(),
    };
    let files = [
        (
            Component::Prometheus,
            render::prometheus(config, ports, &stack.layout),
        ),
        (Component::Alertmanager, render::alertmanager(ports)),
        (Component::Loki, render::loki(config, ports, &stack.layout)),
    ];
    for (component, text) in files {
        let text = text.map_err(|source| StackError::Template { component, source })?;
        let path = stack.layout.config(component);
        fs::write(&path, text).map_err(LayoutError::io("write", &path))?;
    }
    Ok(stack)
}

fn start_server(
    stack: &mut Stack,
    tool: Tool,
    located: &Located,
    ports: Ports,
    progress: OnProgress<'_>,
) -> Result<(), StackError> {
    let (component, port) = match tool {
        Tool::Alertmanager => (Component::Alertmanager, ports.alertmanager),
        Tool::Loki => (Component::Loki, ports.loki),
        _ => (Component::Prometheus, ports.prometheus),
    };
    let config = stack.layout.config(component).display().to_string();
    let data = stack.layout.data(component).display().to_string();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let args = match component {
        Component::Alertmanager => vec![
            format!("--config.file={config}"),
            format!("--storage.path={data}"),
            listen,
            // No cluster: one member, and no port for it.
            "--cluster.listen-address=".to_owned(),
        ],
        Component::Loki => vec![format!("-config.file={config}")],
        _ => vec![
            format!("--config.file={config}"),
            format!("--storage.tsdb.path={data}"),
            listen,
            "--web.enable-lifecycle".to_owned(),
            // The first scrape would otherwise come 5 s after the start.
            "--scrape.discovery-reload-interval=100ms".to_owned(),
        ],
    };
    let launch = Launch {
        component,
        program: &located.path,
        args,
        env: BTreeMap::new(),
        log: stack.layout.log(component),
        pipe_stdout: false,
    };
    let readiness_url = component
        .readiness_path()
        .map(|path| format!("{}{path}", url(port)));
    let (child, _) = ManagedChild::spawn(launch)?;
    adopt(
        stack,
        child,
        located.version.clone(),
        url(port),
        readiness_url,
        progress,
    );
    Ok(())
}

fn start_target(
    stack: &mut Stack,
    target: &TargetConfig,
    ports: Ports,
    client: &Client,
    progress: OnProgress<'_>,
) -> Result<(), StackError> {
    let base = url(ports.target);
    let launch = Launch {
        component: Component::Target,
        program: &target.program,
        args: target.arguments(ports.target, ports.target_faults),
        env: target.env.clone(),
        log: stack.layout.log(Component::Target),
        pipe_stdout: true,
    };
    let (child, stdout) = ManagedChild::spawn(launch)?;
    let readiness_url = target
        .readiness_path
        .as_ref()
        .map(|path| format!("{base}{path}"));
    adopt(stack, child, None, base, readiness_url, progress);
    if let Some(stdout) = stdout {
        let labels = [
            ("namespace", NAMESPACE),
            ("app", &target.app),
            ("container", &target.container),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let copy = stack.layout.target_log();
        let push_url = format!("{}/loki/api/v1/push", url(ports.loki));
        let shipper = Shipper::start(stdout, &copy, client.clone(), push_url, labels.into())
            .map_err(LayoutError::io("create", copy))?;
        stack.shipper = Some(shipper);
    }
    Ok(())
}

/// Makes a started process part of the stack.
fn adopt(
    stack: &mut Stack,
    child: ManagedChild,
    version: Option<String>,
    url: String,
    readiness_url: Option<String>,
    progress: OnProgress<'_>,
) {
    progress(Progress::Starting {
        component: child.component,
        url: url.clone(),
    });
    stack.state.components.push(ComponentState {
        component: child.component,
        version,
        process: child.identity,
        url,
        readiness_url,
        log: child.log.clone(),
        exited: None,
    });
    stack.children.push(child);
}

async fn wait_for_all(
    stack: &mut Stack,
    config: &StackConfig,
    client: &Client,
    started: Instant,
    progress: OnProgress<'_>,
) -> Result<(), ChildError> {
    for (child, record) in stack.children.iter_mut().zip(&stack.state.components) {
        match &record.readiness_url {
            Some(url) => readiness::wait(child, client, url, config.start_limit).await?,
            None => readiness::still_runs(child)?,
        }
        progress(Progress::Ready {
            component: child.component,
            elapsed: started.elapsed(),
        });
    }
    // One that was ready first may have ended while the others were waited for.
    stack
        .children
        .iter_mut()
        .try_for_each(readiness::still_runs)
}
