//! Tests of the settings of `[search]`.

use super::*;

/// The settings of the table `[search]` with the lines `text`.
fn of(text: &str) -> anyhow::Result<SearchSettings> {
    settings(&toml::from_str::<SearchFile>(text).unwrap())
}

/// The settings of the cluster, for a table with engine and `text`.
fn cluster_of(text: &str) -> anyhow::Result<ClusterSettings> {
    match of(&format!("engine = \"opensearch\"\n{text}"))?.engine {
        SearchEngine::OpenSearch(cluster) => Ok(*cluster),
        SearchEngine::Embedded => panic!("another engine was set"),
    }
}

const URLS: &str = "urls = [\"https://one.example:9200\", \"https://proxy.example/search\"]\n";

#[test]
fn the_embedded_engine_is_the_default_and_ignores_the_cluster() {
    for text in ["", "shards = 3", &format!("engine = \"embedded\"\ntoken_file = \"none\"\n{URLS}")]
    {
        assert!(matches!(of(text).unwrap().engine, SearchEngine::Embedded), "{text}");
    }
    let forgotten = of(URLS).unwrap_err().to_string();
    assert!(forgotten.contains("engine = \"opensearch\""), "{forgotten}");
}

#[test]
fn a_cluster_has_defaults() {
    let cluster = cluster_of(URLS).unwrap();
    let urls: Vec<&str> = cluster.urls.iter().map(Url::as_str).collect();
    assert_eq!(urls, ["https://one.example:9200/", "https://proxy.example/search/"]);
    assert_eq!((cluster.prefix.as_str(), cluster.shards, cluster.replicas), ("cairn", 1, 1));
    assert_eq!((cluster.timeout, cluster.fallback), (Duration::from_secs(2), false));
    assert!(matches!(cluster.credentials, ClusterCredentials::Anonymous));
    let other = cluster_of(&format!(
        "{URLS}prefix = \"my-cairn_2\"\nshards = 3\nreplicas = 0\ntimeout = \"500ms\"\nfallback = \"embedded\""
    ))
    .unwrap();
    assert_eq!((other.prefix.as_str(), other.shards, other.replicas), ("my-cairn_2", 3, 0));
    assert_eq!((other.timeout, other.fallback), (Duration::from_millis(500), true));
}

#[test]
fn wrong_values_are_refused_with_their_key() {
    for (text, word) in [
        ("", "urls"),
        ("urls = []", "urls"),
        ("urls = [\"one.example:9200\"]", "http"),
        ("urls = [\"ftp://one.example\"]", "http"),
        ("urls = [\"http://one.example?pretty\"]", "query"),
        ("urls = [\"http://one.example\", \"http://ONE.example:80/\"]", "twice"),
        (&format!("{URLS}prefix = \"\""), "prefix"),
        (&format!("{URLS}prefix = \"Cairn\""), "prefix"),
        (&format!("{URLS}prefix = \"_cairn\""), "prefix"),
        (&format!("{URLS}prefix = \"a*\""), "prefix"),
        (&format!("{URLS}shards = 0"), "shards"),
        (&format!("{URLS}replicas = 101"), "replicas"),
        (&format!("{URLS}timeout = \"soon\""), "timeout"),
        (&format!("{URLS}timeout = \"1ms\""), "timeout"),
        (&format!("{URLS}ca_file = \"/no/such/file\""), "ca_file"),
        (&format!("{URLS}user = \"ann\""), "password_file"),
        (&format!("{URLS}password_file = \"x\""), "user"),
        (&format!("{URLS}token_file = \"x\"\nuser = \"ann\""), "one way to log in"),
    ] {
        let error = format!("{:#}", cluster_of(text).unwrap_err());
        assert!(error.contains("[search]") && error.contains(word), "{text}: {error}");
    }
}

#[test]
fn a_password_in_an_address_is_refused_and_not_printed() {
    for url in ["https://ann:s3cret@one.example", "https://s3cret@one.example", "//a:s3cret@b"] {
        let error = format!("{:#}", cluster_of(&format!("urls = [\"{url}\"]")).unwrap_err());
        assert!(error.contains("[search] urls") && !error.contains("s3cret"), "{error}");
    }
}

#[test]
fn credentials_go_over_https_or_stay_on_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "s3cret\n").unwrap();
    let token = format!("token_file = {:?}\n", path.display().to_string());
    let login = format!("user = \"ann\"\npassword_file = {:?}\n", path.display().to_string());
    for credentials in [&token, &login] {
        for url in ["https://one.example", "http://127.0.0.1:9200", "http://localhost:9200"] {
            let cluster = cluster_of(&format!("urls = [{url:?}]\n{credentials}")).unwrap();
            let printed = format!("{cluster:?}");
            assert!(printed.contains("REDACTED") && !printed.contains("s3cret"), "{printed}");
        }
        let plain =
            cluster_of(&format!("urls = [\"https://a.b\", \"http://one.example\"]\n{credentials}"));
        let error = plain.unwrap_err().to_string();
        assert!(error.contains("http://one.example") && !error.contains("s3cret"), "{error}");
    }
    std::fs::write(&path, " \n").unwrap();
    let error = cluster_of(&format!("{URLS}{token}")).unwrap_err().to_string();
    assert!(error.contains("token_file names, is empty"), "{error}");
}

#[test]
fn a_file_without_certificates_is_refused_and_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let text = format!("{URLS}ca_file = {:?}\n", path.display().to_string());
    std::fs::write(&path, "-----BEGIN PRIVATE KEY-----\ns3cret\n").unwrap();
    let error = cluster_of(&text).unwrap_err().to_string();
    assert!(error.contains("no certificate") && !error.contains("s3cret"), "{error}");
    std::fs::write(&path, "-----BEGIN CERTIFICATE-----\n").unwrap();
    assert!(cluster_of(&text).unwrap().authorities.is_some());
}
