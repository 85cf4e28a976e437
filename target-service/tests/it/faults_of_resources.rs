//! Memory, connections and processor time that run out, and are back after the reset.

use std::{fs, time::Duration};

use serde_json::json;
use tokio::time::sleep;

use super::support::{Parts, Program, Running, Target, kv_in_memory};

const MIB: u64 = 1024 * 1024;

async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    for _ in 0..2000 {
        if condition().await {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("not within 20 s: {what}");
}

#[tokio::test]
async fn leaked_memory_grows_to_its_cap_and_is_given_back() {
    let program = Program::start(&[]);
    let resident = || {
        let bytes = program.scrape().value("process_resident_memory_bytes", &[]);
        bytes.expect("on Linux") as u64 / MIB
    };
    let before = resident();
    let leak = json!({"bytes_per_second": 256 * MIB, "max_bytes": 64 * MIB});
    program.put_faults("", &json!({"resource": {"memory": leak}}));
    assert_eq!(program.active("memory_leak"), Some(1.0));
    until("64 MiB more", async || resident() >= before + 60).await;
    sleep(Duration::from_millis(300)).await;
    assert!(resident() < before + 90, "there is a cap");
    program.clear_faults("");
    until("back", async || resident() < before + 30).await;
    assert_eq!(program.active("memory_leak"), Some(0.0));
}

#[tokio::test]
async fn exhausted_connections_keep_new_clients_waiting_until_the_reset() {
    let mut parts = Parts::kv();
    parts.common.max_connections = 10;
    let target: Target = parts.target(kv_in_memory());
    let running = Running::of(&target).await;
    let mut early = running.connect().await;
    early.request("GET", "/livez").await;
    early.read_until("}").await.expect("an answer");

    let all = json!({"resource": {"connections": {"slots": u64::MAX}}});
    target.set_faults(all).await;
    until("held", async || {
        target.scrape().await.value("http_connections_active", &[]) == Some(11.0)
    })
    .await;
    let active = [("fault", "connection_exhaustion")];
    let scrape = target.scrape().await;
    assert_eq!(scrape.value("target_fault_active", &active), Some(1.0));
    let mut late = running.connect().await;
    late.request("GET", "/livez").await;
    assert!(late.is_silent().await);
    early.forget();
    early.request("GET", "/livez").await;
    early
        .read_until("}")
        .await
        .expect("connections that were there stay");

    target.faults("DELETE", "").await;
    late.read_until("}").await.expect("its turn");
    until("freed", async || {
        target.scrape().await.value("http_connections_active", &[]) == Some(2.0)
    })
    .await;
    let scrape = target.scrape().await;
    assert_eq!(scrape.value("target_fault_active", &active), Some(0.0));
}

#[tokio::test]
async fn burning_threads_use_the_processor_until_the_reset() {
    let program = Program::start(&[]);
    let burners = || {
        let threads = fs::read_dir(format!("/proc/{}/task", program.pid())).expect("Linux");
        let names = threads.filter_map(|thread| {
            // A thread may end between the listing and the look.
            fs::read_to_string(thread.ok()?.path().join("comm")).ok()
        });
        names.filter(|name| name.trim() == "burn").count()
    };
    let ticks = || {
        let stat = fs::read_to_string(format!("/proc/{}/stat", program.pid())).expect("Linux");
        // User time is the 14th field; the 2nd, in parentheses, holds no blank here.
        let field = stat.split(' ').nth(13).expect("a field");
        field.parse::<u64>().expect("a number")
    };
    assert_eq!(burners(), 0);
    program.put_faults("", &json!({"resource": {"cpu": {"threads": 2}}}));
    assert_eq!(program.active("cpu_burn"), Some(1.0));
    until("two threads", async || burners() == 2).await;
    let before = ticks();
    until("a fifth of a second of work", async || {
        ticks() >= before + 20
    })
    .await;
    program.clear_faults("");
    until("no thread", async || burners() == 0).await;
    assert_eq!(program.active("cpu_burn"), Some(0.0));
}

#[tokio::test]
async fn amounts_beyond_the_caps_are_refused() {
    let target = Target::new();
    for (resource, told) in [
        (
            json!({"memory": {"bytes_per_second": 1, "max_bytes": 1025 * MIB}}),
            "resource.memory.max_bytes: must be at most 1073741824",
        ),
        (
            json!({"memory": {"bytes_per_second": 257 * MIB, "max_bytes": 1}}),
            "resource.memory.bytes_per_second: must be at most 268435456",
        ),
        (
            json!({"cpu": {"threads": 17}}),
            "resource.cpu.threads: must be at most 16",
        ),
        (
            json!({"connections": {"slots": 1, "course": {"duration_ms": 1, "ramp_ms": 2}}}),
            "resource.connections.course.ramp_ms: must not exceed duration_ms",
        ),
    ] {
        let body = json!({"resource": resource}).to_string();
        target.faults("PUT", body).await.assert_detail(400, told);
    }
}
