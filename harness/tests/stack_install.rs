//! The tools, built from nothing. Takes minutes and gigabytes, so it runs only when asked for:
//! `cargo test -p sloproof --test stack_install -- --ignored --nocapture`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Instant;

use sloproof::stack::Progress;
use sloproof::stack::tools::{Origin, Search, Tool, locate};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "builds Prometheus, Alertmanager and Loki from source"]
async fn tools_are_built_from_nothing_once() {
    let cache = tempfile::tempdir().unwrap();
    let search = Search {
        explicit: BTreeMap::new(),
        tools_dir: cache.path().to_owned(),
        search_path: OsString::new(),
        build: true,
    };

    // Two installers at once: one builds, the other waits and finds what the first has built.
    let started = Instant::now();
    let told = |event: Progress| {
        if !matches!(event, Progress::Building { .. }) {
            println!("{:?} {event:?}", started.elapsed());
        }
    };
    let (mut first, mut second, mut third) = (told, told, told);
    let (one, two) = tokio::join!(
        locate(&Tool::ALL, &search, &mut first),
        locate(&Tool::ALL, &search, &mut second)
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    for tool in Tool::ALL {
        let origins = [one.get(tool).unwrap().origin, two.get(tool).unwrap().origin];
        assert!(
            origins.contains(&Origin::Built) && origins.contains(&Origin::Cache),
            "{tool}: {origins:?}"
        );
    }

    assert!(!cache.path().join(".build").exists());
    let started = Instant::now();
    let again = locate(&Tool::ALL, &search, &mut third).await.unwrap();
    assert!(
        again
            .iter()
            .all(|(_, located)| located.origin == Origin::Cache)
    );
    assert!(
        started.elapsed().as_millis() < 100,
        "the second time costs nothing"
    );
}
