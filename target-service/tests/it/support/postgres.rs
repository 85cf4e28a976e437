//! A throw-away `PostgreSQL` cluster on loopback, gone with the test process however that ends.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// Starts take about a second; a machine that is busy with a build needs more.
const LIMIT: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(10);

/// Runs the server, tells its process id, and waits for a line or for the end of its input, which also
/// comes when the test process is killed. A line keeps the data, the end takes it along.
const SUPERVISE: &str = r#"
folder=$1; shift
"$@" </dev/null >>"$folder/log" 2>&1 &
server=$!
echo "$server"
read -r _; ended=$?
kill -INT "$server" 2>/dev/null
wait "$server"
[ "$ended" -eq 0 ] || rm -rf "$folder"
"#;

/// One cluster. [`Postgres::shared`] is enough unless a test stops it.
pub(crate) struct Postgres {
    programs: PathBuf,
    user: Option<User>,
    folder: PathBuf,
    port: u16,
    server: Option<Server>,
}

struct Server {
    supervisor: Child,
    postmaster: String,
}

/// Whom the server runs as: it refuses to run as root.
#[derive(Clone, Copy)]
struct User {
    uid: u32,
    gid: u32,
}

impl Postgres {
    /// The cluster of this test process, for tests that leave it running.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::new)
    }

    /// A running cluster of one's own.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("postgres-").tempdir();
        let folder = folder.expect("a folder").keep();
        let user = unprivileged();
        if let Some(User { uid, gid }) = user {
            chown(&folder, Some(uid), Some(gid)).expect("the folder given away");
        }
        let mut cluster = Self {
            programs: programs(),
            user,
            folder,
            port: free_port(),
            server: None,
        };
        let mut initdb = cluster.command("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--no-sync"]);
        initdb.args(["--encoding=UTF8", "--no-locale", "--pgdata"]);
        let made = initdb.arg(cluster.data()).output().expect("initdb");
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "initdb: {said}");
        cluster.start();
        cluster
    }

    /// Starts the stopped or killed server on the same port; returns when it takes connections.
    pub(crate) fn start(&mut self) {
        assert!(self.server.is_none(), "runs already");
        let begin = Instant::now();
        // The backends of a killed server may live a moment longer, and a new one refuses beside them.
        while begin.elapsed() < LIMIT {
            let server = self.spawn();
            if self.comes_up(&server.postmaster, begin) {
                self.server = Some(server);
                return;
            }
            server.end(Data::Keep);
            thread::sleep(POLL);
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("PostgreSQL does not start:\n{log}");
    }

    /// Ends every connection and the server, in order ("fast").
    pub(crate) fn stop(&mut self) {
        self.server.take().expect("runs").end(Data::Keep);
        self.wait_until_refused();
    }

    /// SIGKILL: what it had not written is lost.
    pub(crate) fn kill(&mut self) {
        let server = self.server.take().expect("runs");
        kill_9(&server.postmaster);
        server.end(Data::Keep);
        self.wait_until_refused();
    }

    /// Address of `database`, which need not exist.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Address of a new and empty database.
    pub(crate) async fn fresh_database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::connect(&self.url("postgres")).await;
        let admin = admin.as_mut().expect("a connection");
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::raw_sql(create)
            .execute(admin)
            .await
            .expect("a database");
        self.url(&name)
    }

    fn spawn(&self) -> Server {
        let mut supervise = self.command("sh");
        supervise
            .args(["-c", SUPERVISE, "sh"])
            .arg(&self.folder)
            .arg(self.programs.join("postgres"))
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(&self.folder)
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string()])
            .args(["-c", "shared_buffers=16MB", "-c", "max_connections=200"])
            // A stop from the keyboard goes to the tests, whose end stops the server in order.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // The shell tells every kill there.
            .stderr(Stdio::null());
        let mut supervisor = supervise.spawn().expect("sh");
        let mut told = BufReader::new(supervisor.stdout.take().expect("a pipe"));
        let mut postmaster = String::new();
        told.read_line(&mut postmaster).expect("a process id");
        Server {
            supervisor,
            postmaster: postmaster.trim().to_owned(),
        }
    }

    /// The server writes its process id in line 1 of this file and its state in line 8.
    fn comes_up(&self, postmaster: &str, begin: Instant) -> bool {
        let state = self.data().join("postmaster.pid");
        while begin.elapsed() < LIMIT && is_alive(postmaster) {
            let text = fs::read_to_string(&state).unwrap_or_default();
            let mut lines = text.lines().map(str::trim);
            if lines.next() == Some(postmaster) && lines.nth(6) == Some("ready") {
                return true;
            }
            thread::sleep(POLL);
        }
        false
    }

    fn wait_until_refused(&self) {
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
            assert!(begin.elapsed() < LIMIT, "PostgreSQL does not stop");
            thread::sleep(POLL);
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self, program: &str) -> Command {
        let own = self.programs.join(program);
        let mut command = Command::new(if own.exists() { own } else { program.into() });
        command.current_dir(&self.folder).env("LC_ALL", "C");
        if let Some(User { uid, gid }) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        match self.server.take() {
            Some(server) => server.end(Data::Remove),
            None => drop(fs::remove_dir_all(&self.folder)),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Data {
    Keep,
    Remove,
}

impl Server {
    fn end(mut self, data: Data) {
        let mut input = self.supervisor.stdin.take().expect("a pipe");
        if data == Data::Keep {
            input.write_all(b"\n").expect("a supervisor");
        }
        drop(input);
        self.supervisor.wait().expect("an end");
    }
}

/// Where `initdb` and `postgres` are: distributions keep them off the path.
fn programs() -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let versions = fs::read_dir("/usr/lib/postgresql");
    let mut versions: Vec<PathBuf> = versions
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .collect();
    versions.sort();
    env::var_os("PG_BIN")
        .map(PathBuf::from)
        .into_iter()
        .chain(env::split_paths(&path))
        .chain(versions.into_iter().rev())
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .expect(
            "these tests need PostgreSQL: install the package `postgresql`, or set PG_BIN to \
             the folder of `initdb` and `postgres`",
        )
}

fn unprivileged() -> Option<User> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        text.trim().parse::<u32>().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let of = |name| {
        Some(User {
            uid: id(&["-u", name])?,
            gid: id(&["-g", name])?,
        })
    };
    Some(
        of("postgres")
            .or_else(|| of("nobody"))
            .expect("a user that is not root"),
    )
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// A process that has ended but was not waited for yet counts as dead.
fn is_alive(pid: &str) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    let state = stat
        .rsplit(") ")
        .next()
        .and_then(|rest| rest.chars().next());
    state.is_some_and(|state| state != 'Z')
}

fn kill_9(pid: &str) {
    let killed = Command::new("kill").args(["-KILL", pid]).status();
    assert!(killed.expect("kill").success());
}

#[tokio::test]
async fn a_cluster_keeps_what_was_committed_when_stopped_and_when_killed() {
    let mut cluster = Postgres::new();
    let url = cluster.fresh_database().await;
    let mut connection = PgConnection::connect(&url).await.expect("a connection");
    sqlx::raw_sql("CREATE TABLE t (n INT)")
        .execute(&mut connection)
        .await
        .expect("a table");
    for kill in [false, true] {
        let mut connection = PgConnection::connect(&url).await.expect("a connection");
        sqlx::query("INSERT INTO t VALUES (1)")
            .execute(&mut connection)
            .await
            .expect("a row");
        if kill {
            cluster.kill();
        } else {
            cluster.stop();
        }
        assert!(PgConnection::connect(&url).await.is_err());
        cluster.start();
    }
    let mut connection = PgConnection::connect(&url).await.expect("a connection");
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM t")
        .fetch_one(&mut connection)
        .await
        .expect("a count");
    assert_eq!(count, 2);
}

#[tokio::test]
async fn databases_of_the_shared_cluster_are_separate() {
    let cluster = Postgres::shared();
    let (one, other) = (
        cluster.fresh_database().await,
        cluster.fresh_database().await,
    );
    assert_ne!(one, other);
    for url in [one, other] {
        let mut connection = PgConnection::connect(&url).await.expect("a connection");
        sqlx::raw_sql("CREATE TABLE t (n INT)")
            .execute(&mut connection)
            .await
            .expect("no such table yet");
    }
}
