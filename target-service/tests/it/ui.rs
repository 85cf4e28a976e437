//! The page in a real browser, over a real process.

use std::fs;

use serde_json::json;

use super::support::{Browser, Program};

const SHOWN: &str = "!document.getElementById('message').hidden && document.getElementById('message-text').textContent";

fn expect_message(browser: &mut Browser, kind: &str, text: &str) {
    let text = json!(text);
    browser.wait_for(&format!(
        "({SHOWN}) === {text} && document.getElementById('message').className === 'message {kind}'"
    ));
}

fn fill(browser: &mut Browser, database: &str, key: &str) {
    browser.fill("#database", database);
    browser.fill("#key", key);
}

#[test]
fn entries_are_put_got_listed_and_deleted_in_a_browser() {
    let service = Program::start(&["--database", "memory"]);
    let shots = tempfile::tempdir().expect("a folder");
    let mut browser = Browser::start();
    browser.resize(1200, 800, false);
    browser.open(&format!("http://{}/", service.address));
    browser.wait_for("!document.getElementById('no-databases').hidden");

    fill(&mut browser, "7", "greeting");
    browser.fill("#value", "hello, wörld");
    browser.click("#put");
    expect_message(&mut browser, "good", "Stored “greeting” of database 7.");
    browser.wait_for("document.querySelector('#keys button')?.textContent === 'greeting'");
    let count = "document.querySelector('#databases button[aria-current=true]')?.textContent";
    browser.wait_for(&format!("{count} === '71 entry'"));

    // By keyboard: the form is sent by Enter.
    browser.fill("#value", "");
    browser.fill("#key", "greeting");
    browser.press("Enter", 13, Some("\r"));
    expect_message(
        &mut browser,
        "good",
        "Read “greeting” of database 7: 13 bytes.",
    );
    assert_eq!(
        browser.eval("document.getElementById('value').value"),
        "hello, wörld"
    );
    browser.screenshot(&shots.path().join("light.png"));

    fill(&mut browser, "7", "nobody");
    browser.click("#get");
    let missing = "There is no entry “nobody” of database 7.";
    expect_message(&mut browser, "bad", missing);
    browser.screenshot(&shots.path().join("unknown.png"));

    browser.fill("#key", "greeting");
    browser.fill("#value", "another");
    browser.click("#put");
    let conflict = "Not stored: there is an entry “greeting” of database 7 already.";
    expect_message(&mut browser, "bad", conflict);
    browser.scheme("dark");
    browser.screenshot(&shots.path().join("dark.png"));
    browser.click("#replace");
    expect_message(&mut browser, "good", "Replaced “greeting” of database 7.");

    browser.resize(375, 812, true);
    browser.screenshot(&shots.path().join("phone-dark.png"));
    browser.scheme("light");
    browser.screenshot(&shots.path().join("phone.png"));
    let overflow = "document.documentElement.scrollWidth > 375";
    assert_eq!(
        browser.eval(overflow),
        false,
        "the page is wider than the phone"
    );

    browser.click("#delete");
    let deleted = "Deleted. There is no entry “greeting” of database 7 now.";
    expect_message(&mut browser, "good", deleted);
    browser.wait_for("!document.getElementById('no-keys').hidden");

    for shot in fs::read_dir(shots.path()).expect("a folder") {
        let shot = shot.expect("a file");
        let size = shot.metadata().expect("its size").len();
        assert!(size > 10_000, "{:?} has {size} bytes only", shot.path());
    }
    keep(&shots);
    let urls = "performance.getEntriesByType('resource').map((entry) => entry.name).join(' ')";
    let urls = browser.eval(urls).as_str().expect("text").to_owned();
    assert!(urls.contains("/kv") && !urls.contains("greeting"), "{urls}");
    assert_eq!(browser.complaints, Vec::<String>::new());
    drop(browser);
    let log = service.stop();
    for secret in ["greeting", "nobody", "hello", "another"] {
        assert!(!log.contains(secret), "{log}");
    }
}

/// For a look at them.
fn keep(shots: &tempfile::TempDir) {
    if let Some(folder) = std::env::var_os("UI_SCREENSHOTS") {
        for shot in fs::read_dir(shots.path()).expect("a folder") {
            let shot = shot.expect("a file");
            let copy = std::path::Path::new(&folder).join(shot.file_name());
            fs::copy(shot.path(), copy).expect("a copy");
        }
    }
}

#[test]
fn mistakes_are_told_beside_their_field_and_nothing_is_sent() {
    let service = Program::start(&["--database", "memory"]);
    let mut browser = Browser::start();
    browser.open(&format!("http://{}/", service.address));
    browser.wait_for("!document.getElementById('no-databases').hidden");
    for (database, key, wrong) in [
        ("0", "", "key"),
        ("0", "a b", "key"),
        ("0", "ä", "key"),
        ("-1", "a", "database"),
        ("x", "a", "database"),
    ] {
        fill(&mut browser, database, key);
        browser.click("#put");
        browser.wait_for(&format!(
            "!document.getElementById('{wrong}-error').hidden && document.activeElement.id === '{wrong}'"
        ));
        let invalid = format!("document.getElementById('{wrong}').getAttribute('aria-invalid')");
        assert_eq!(browser.eval(&invalid), "true", "{database} {key}");
    }
    assert_eq!(browser.complaints, Vec::<String>::new());
    drop(browser);
    let log = service.stop();
    assert!(!log.contains("\"/kv\""), "{log}");
}

#[test]
fn a_lost_service_is_told_in_words() {
    let service = Program::start(&["--database", "memory"]);
    let mut browser = Browser::start();
    browser.open(&format!("http://{}/", service.address));
    browser.wait_for("!document.getElementById('no-databases').hidden");
    fill(&mut browser, "0", "a");
    drop(service);
    browser.click("#get");
    let lost = "The service cannot be reached. Is it running?";
    expect_message(&mut browser, "bad", lost);
}

#[test]
fn as_dumbkv_the_page_finds_its_words_all_the_same() {
    let service = Program::start(&["--database", "memory", "--compat", "dumbkv"]);
    let mut browser = Browser::start();
    browser.open(&format!("http://{}/", service.address));
    fill(&mut browser, "0", "a");
    browser.click("#get");
    let missing = "There is no entry “a” of database 0.";
    expect_message(&mut browser, "bad", missing);
    browser.click("#put");
    expect_message(&mut browser, "good", "Stored “a” of database 0.");
    browser.click("#put");
    let conflict = "Not stored: there is an entry “a” of database 0 already.";
    expect_message(&mut browser, "bad", conflict);
    browser.wait_for("!document.getElementById('replace').hidden");
}

#[test]
fn the_buttons_work_while_the_lists_are_on_their_way() {
    let service = Program::start(&["--database", "memory"]);
    let mut browser = Browser::start();
    browser.open(&format!("http://{}/", service.address));
    browser.wait_for("!document.getElementById('no-databases').hidden");
    let hang = json!({"inner": [{"route": "/v1/databases", "hang_ratio": 1}]});
    service.put_faults("", &hang);
    fill(&mut browser, "0", "a");
    browser.click("#put");
    expect_message(&mut browser, "good", "Stored “a” of database 0.");
    browser.click("#delete");
    let deleted = "Deleted. There is no entry “a” of database 0 now.";
    expect_message(&mut browser, "good", deleted);
}

#[test]
fn the_description_is_shown_by_its_page_without_a_network() {
    let service = Program::start(&["--database", "memory"]);
    let mut browser = Browser::start();
    browser.open(&format!("http://{}/docs", service.address));
    browser.wait_for("document.querySelectorAll('.opblock').length > 15");
    let title = "document.querySelector('.title').textContent.includes('DumbKV API')";
    browser.wait_for(title);
    assert_eq!(browser.complaints, Vec::<String>::new());
}

#[test]
fn every_field_and_button_has_a_name() {
    let service = Program::start(&["--database", "memory"]);
    let mut browser = Browser::start();
    browser.open(&format!("http://{}/", service.address));
    let nameless = "[...document.querySelectorAll('input, textarea, button, a, nav')].filter((e) => \
        !(e.labels?.length || e.textContent.trim() || e.getAttribute('aria-label'))).map((e) => e.outerHTML)";
    assert_eq!(browser.eval(nameless), json!([]));
    // Everything is reached by the tabulator, in the order of reading.
    let mut reached = Vec::new();
    for _ in 0..9 {
        browser.press("Tab", 9, None);
        let id = browser.eval("document.activeElement.id || document.activeElement.className || document.activeElement.textContent");
        reached.push(id.as_str().expect("text").to_owned());
    }
    let expected = [
        "skip", "API", "Metrics", "refresh", "database", "key", "value", "get", "put",
    ];
    assert_eq!(reached, expected);
}
