//! The control groups of this process: how much processor time they allow it, and how often they refused it more.
//!
//! Its own group and every one above it that can be seen from here, in version 2 or 1: the tightest quota binds, and a
//! group that is throttled stops all below it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The folders of the groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Groups(Vec<PathBuf>);

/// How often, and how long, a quota kept the groups from running.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Throttled {
    pub(super) times: u64,
    pub(super) time: Duration,
}

impl Groups {
    /// Those of this process; none where there is no Linux.
    pub(super) fn of_this_process() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        Self::find(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"))
    }

    /// From the texts of `cgroup` and `mountinfo` (cgroups(7), proc(5)).
    fn find(cgroup: &str, mountinfo: &str) -> Self {
        let mut folders = Vec::new();
        for line in cgroup.lines() {
            let mut parts = line.splitn(3, ':').skip(1);
            let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
                continue;
            };
            // Version 2 has one hierarchy and names no controllers.
            let version_2 = controllers.is_empty();
            if !version_2 && !controllers.split(',').any(|name| name == "cpu") {
                continue;
            }
            let mounts = mountinfo.lines().filter_map(Mount::parse);
            let Some(mount) = mounts.into_iter().find(|mount| mount.is_for(version_2)) else {
                continue;
            };
            folders.extend(mount.folders(path));
        }
        Self(folders)
    }

    /// Cores that the tightest quota allows. `None` without a quota.
    pub(super) fn quota(&self) -> Option<f64> {
        self.0
            .iter()
            .filter_map(|folder| quota(folder))
            .reduce(f64::min)
    }

    /// What they were refused so far, summed over groups. `None` without a quota.
    pub(super) fn throttled(&self) -> Option<Throttled> {
        self.quota()?;
        let mut sum = Throttled::default();
        for folder in &self.0 {
            if let Some(one) = read(folder, "cpu.stat").map(|stat| throttled(&stat)) {
                sum.times += one.times;
                sum.time += one.time;
            }
        }
        Some(sum)
    }
}

/// A mounted hierarchy.
struct Mount<'a> {
    /// The part of the hierarchy that is mounted.
    root: &'a str,
    point: &'a str,
    kind: &'a str,
    options: &'a str,
}

impl<'a> Mount<'a> {
    /// `36 35 98:0 ROOT POINT OPTIONS … - KIND SOURCE SUPER_OPTIONS`.
    fn parse(line: &'a str) -> Option<Self> {
        let (before, after) = line.split_once(" - ")?;
        let mut before = before.split(' ').skip(3);
        let mut after = after.split(' ');
        Some(Self {
            root: before.next()?,
            point: before.next()?,
            kind: after.next()?,
            options: after.nth(1)?,
        })
    }

    fn is_for(&self, version_2: bool) -> bool {
        if version_2 {
            return self.kind == "cgroup2";
        }
        self.kind == "cgroup" && self.options.split(',').any(|name| name == "cpu")
    }

    /// The group at `path` of the hierarchy and all above it, as far as they are mounted.
    fn folders(&self, path: &str) -> Vec<PathBuf> {
        // A container sees its own group as the root.
        let below = path.strip_prefix(self.root).unwrap_or("/");
        let below = below.trim_start_matches('/');
        let point = Path::new(self.point);
        let own = match below {
            "" => point.to_path_buf(),
            outside if outside.starts_with("..") => point.to_path_buf(),
            within => point.join(within),
        };
        let up = own
            .ancestors()
            .take_while(|folder| folder.starts_with(point));
        up.map(Path::to_path_buf).collect()
    }
}

fn read(folder: &Path, name: &str) -> Option<String> {
    fs::read_to_string(folder.join(name)).ok()
}

/// Cores that a group may use.
fn quota(folder: &Path) -> Option<f64> {
    let (quota, period) = if let Some(max) = read(folder, "cpu.max") {
        let (quota, period) = max.trim().split_once(' ')?;
        (quota.parse::<f64>().ok()?, period.parse::<f64>().ok()?)
    } else {
        let number = |name| read(folder, name)?.trim().parse::<f64>().ok();
        (number("cpu.cfs_quota_us")?, number("cpu.cfs_period_us")?)
    };
    // Version 1 writes -1 where version 2 writes "max".
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}

fn throttled(stat: &str) -> Throttled {
    let number = |name: &str| {
        let mut words = stat.lines().filter_map(|line| line.split_once(' '));
        let (_, value) = words.find(|(word, _)| *word == name)?;
        value.trim().parse::<u64>().ok()
    };
    let time = number("throttled_usec")
        .map(Duration::from_micros)
        // Version 1.
        .or_else(|| number("throttled_time").map(Duration::from_nanos));
    Throttled {
        times: number("nr_throttled").unwrap_or(0),
        time: time.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n\
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n\
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n\
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

    fn folders(cgroup: &str, mounts: &str) -> Vec<String> {
        let folders = Groups::find(cgroup, mounts).0;
        let shown = folders.iter().map(|path| path.display().to_string());
        shown.collect()
    }

    #[test]
    fn the_own_group_and_those_above_are_found_in_both_versions() {
        assert_eq!(
            folders("4:memory:/a\n2:cpu,cpuacct:/jobs/7\n0::/\n", MOUNTS),
            [
                "/sys/fs/cgroup/cpu,cpuacct/jobs/7",
                "/sys/fs/cgroup/cpu,cpuacct/jobs",
                "/sys/fs/cgroup/cpu,cpuacct",
                "/sys/fs/cgroup/unified"
            ]
        );
        let version_2 = "24 1 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup rw,nsdelegate\n";
        assert_eq!(
            folders("0::/user.slice/run-1.scope\n", version_2),
            [
                "/sys/fs/cgroup/user.slice/run-1.scope",
                "/sys/fs/cgroup/user.slice",
                "/sys/fs/cgroup"
            ]
        );
    }

    #[test]
    fn a_container_sees_its_own_group_as_the_root() {
        let bound = "9 1 0:22 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
        assert_eq!(folders("0::/docker/abc\n", bound), ["/sys/fs/cgroup"]);
        assert_eq!(folders("0::/../other\n", bound), ["/sys/fs/cgroup"]);
        assert_eq!(folders("", bound), [""; 0]);
    }

    #[test]
    fn the_tightest_quota_binds_and_what_was_refused_is_summed() {
        let dir = tempfile::tempdir().unwrap();
        let group = |name: &str, files: &[(&str, &str)]| {
            let folder = dir.path().join(name);
            fs::create_dir(&folder).unwrap();
            for (name, text) in files {
                fs::write(folder.join(name), text).unwrap();
            }
            folder
        };
        let stat = "usage_usec 10\nnr_periods 5\nnr_throttled 2\nthrottled_usec 2500\n";
        let half = group("half", &[("cpu.max", "50000 100000\n"), ("cpu.stat", stat)]);
        let free = group("free", &[("cpu.max", "max 100000\n"), ("cpu.stat", stat)]);
        let old_stat = "nr_periods 9\nnr_throttled 1\nthrottled_time 1500000\n";
        let old = group(
            "old",
            &[
                ("cpu.cfs_quota_us", "150000\n"),
                ("cpu.cfs_period_us", "100000\n"),
                ("cpu.stat", old_stat),
            ],
        );
        let unlimited = group(
            "unlimited",
            &[
                ("cpu.cfs_quota_us", "-1\n"),
                ("cpu.cfs_period_us", "100000\n"),
            ],
        );
        let none = Groups(vec![free.clone(), unlimited, dir.path().join("gone")]);
        assert_eq!((none.quota(), none.throttled()), (None, None));
        let some = Groups(vec![old, half, free]);
        assert_eq!(some.quota(), Some(0.5));
        let refused = Throttled {
            times: 5,
            time: Duration::from_micros(6500),
        };
        assert_eq!(some.throttled(), Some(refused));
    }
}
