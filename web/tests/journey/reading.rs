//! A reader without scripts: pages in three languages, search, a list of one's own, and what it lets one
//! do.

use crate::browser::Browser;
use crate::house::{self, House, text};
use serde_json::Value;

const QUESTION: &str = "When can a contributor claim earnings on chain?";

#[test]
fn a_reader_reads_searches_keeps_and_deletes() {
    let Some(house) = house::ready() else { return };
    every_page_speaks_three_languages(&house);
    a_chosen_language_stays(&house);
    search_finds_and_explains(&house);
    phrases_and_filters_narrow_a_search(&house);
    a_list_is_its_readers_alone(&house);
    an_answer_leaves_the_house(&house);
    readers_judge_and_the_operator_reads(&house);
    figures_are_shown_and_scraped(&house);
}

fn every_page_speaks_three_languages(house: &House) {
    let document = house.post("/v1/search", &serde_json::json!({"query": "datanet"})).1;
    let document = document["data"][0]["document"].as_str().expect("a document").to_owned();
    let answer = Browser::speaking(house, "en").ask(QUESTION).path;
    let id = answer.rsplit('/').next().expect("an id").to_owned();
    let payee = house.get("/v1/earnings").1["data"][0]["payee"].as_str().expect("one").to_owned();
    let pages = [
        "/".to_owned(),
        "/search?q=datanet".to_owned(),
        "/history".to_owned(),
        "/datanets".to_owned(),
        "/earnings".to_owned(),
        "/stats".to_owned(),
        "/api".to_owned(),
        "/sign-in".to_owned(),
        answer,
        format!("/documents/{document}"),
        format!("/receipts/{id}"),
        format!("/earnings/{payee}"),
        "/nothing-here".to_owned(),
    ];
    let spoken = [("en", "Ask"), ("es", "Preguntar"), ("zh", "提问")];
    for (language, ask) in spoken {
        let browser = Browser::speaking(house, language);
        for path in &pages {
            let page = browser.get(path);
            assert!(page.says(&format!("<html lang=\"{language}\"")), "{path} in {language}");
            assert!(page.says(&format!(">{ask}</a>")), "{path} in {language}");
            assert_eq!(page.headers["content-language"], language, "{path}");
        }
    }
}

fn a_chosen_language_stays(house: &House) {
    let browser = Browser::speaking(house, "en");
    browser.get("/datanets");
    let chosen = browser.submit("/language", &[("language", "es"), ("back", "/datanets")]);
    assert_eq!((chosen.status, chosen.path.as_str()), (200, "/datanets"));
    assert!(chosen.says("<html lang=\"es\"") && chosen.says("Colecciones de textos"));
    assert!(browser.get("/earnings").says("<html lang=\"es\""));
    let away = [("language", "zh"), ("back", "https://evil.example/")];
    assert_eq!(browser.submit("/language", &away).path, "/");
    let unknown = browser.submit("/language", &[("language", "xx"), ("back", "/")]);
    assert_eq!(unknown.status, 400);
    let forged = browser.send_as_it_is("/language", &[("language", "en"), ("csrf", "ab")]);
    assert_eq!(forged.status, 403);
}

fn search_finds_and_explains(house: &House) {
    let browser = Browser::speaking(house, "en");
    let page = browser.get("/search?q=how+is+the+fee+split");
    assert_eq!(page.status, 200);
    assert!(page.says("<mark>") && page.says("#quote") && page.says("by words"), "{}", page.text);
    assert!(page.says("rel=\"next\""), "more than one page of hits");
    let second = browser.get("/search?q=how+is+the+fee+split&page=2");
    assert!(second.says("<ol class=\"hits\" start=\"11\">") && second.says("rel=\"prev\""));
    let beyond = browser.get("/search?q=how+is+the+fee+split&page=9999999999999");
    assert!(beyond.status == 200 && beyond.says("Nothing here fits"));
    assert!(browser.get("/search").says("Searching is free"));
    let hostile = browser.get("/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    assert!(hostile.status == 200 && !hostile.says("<script>alert"), "{}", hostile.text);
    let long = browser.get(&format!("/search?q={}", "long+".repeat(2_000)));
    assert_eq!(long.status, 413);
    let nowhere = browser.get("/search?q=tea&datanet=nowhere");
    assert!(nowhere.status == 404 && nowhere.says("There is no Datanet"), "{}", nowhere.text);
    let binary = browser.get("/search?q=a%00b");
    assert_eq!(binary.status, 400);
}

fn phrases_and_filters_narrow_a_search(house: &House) {
    let browser = Browser::speaking(house, "en");
    let (_, datanets) = house.get("/v1/datanets");
    let spanish = datanets["data"].as_array().expect("a list").iter();
    let spanish = spanish.clone().find(|one| one["language"] == "es").expect("a Spanish one");
    let slug = spanish["slug"].as_str().expect("a slug");
    let filtered = browser.get(&format!("/search?q=agua&datanet={slug}"));
    assert!(filtered.says(&format!("href=\"/datanets/{slug}\"")));
    let only = browser.get("/search?q=agua&language=zh");
    assert!(!only.says(&format!("href=\"/datanets/{slug}\">{slug}")), "{}", only.text);
    let (_, found) = house.get(&format!("/v1/answers/{}", answer_id(house)));
    let quotes = found["citations"].as_array().expect("citations").iter();
    let quotes = quotes.filter_map(|citation| citation["quote"].as_str());
    // Marks of Markdown stand in the text and not on the page: words alone make a phrase.
    let begins = quotes.map(|quote| quote.split(' ').take(4).collect::<Vec<&str>>());
    let is_plain =
        |words: &Vec<&str>| words.iter().all(|word| word.chars().all(char::is_alphabetic));
    let words = begins.into_iter().find(is_plain).expect("a quote that begins with plain words");
    let phrase = words.join("+");
    let exact = browser.get(&format!("/search?q=%22{phrase}%22"));
    assert!(exact.status == 200 && exact.says("class=\"excerpt\""), "{phrase}: {}", exact.text);
    let turned: Vec<&str> = words.into_iter().rev().collect();
    let none = browser.get(&format!("/search?q=%22{}%22", turned.join("+")));
    assert!(none.says("Nothing here fits"), "{}", none.text);
}

fn answer_id(house: &House) -> String {
    let page = Browser::speaking(house, "en").ask(QUESTION);
    page.path.rsplit('/').next().expect("an id").to_owned()
}

fn a_list_is_its_readers_alone(house: &House) {
    let (mine, other) = (Browser::speaking(house, "en"), Browser::speaking(house, "en"));
    let answer = mine.ask(QUESTION);
    let id = answer.path.rsplit('/').next().expect("an id").to_owned();
    assert!(answer.says("Was this a good answer?"));
    let shared = other.get(&answer.path);
    assert!(shared.status == 200 && !shared.says("Was this a good answer?"), "a link reads only");
    assert!(mine.get("/history").says(&id) && !other.get("/history").says(&id));
    for action in ["name", "delete", "stop", "feedback"] {
        other.get("/");
        let fields = [("name", "theirs"), ("verdict", "bad")];
        let refused = other.submit(&format!("/answers/{id}/{action}"), &fields);
        assert_eq!(refused.status, 404, "{action}");
        let forged = mine.send_as_it_is(&format!("/answers/{id}/{action}"), &fields);
        assert_eq!(forged.status, 403, "{action}");
    }
    let named = mine.submit(&format!("/answers/{id}/name"), &[("name", "<b>Claims</b>")]);
    assert!(named.says("&#60;b&#62;Claims") && !named.says("<b>Claims"), "{}", named.text);

    let (_, receipt) = house.get(&format!("/v1/receipts/{id}"));
    let (_, before) = house.get("/v1/earnings");
    let after = mine.submit(&format!("/answers/{id}/delete"), &[]);
    assert!(after.says("only the receipt is left") && !after.says(QUESTION), "{}", after.text);
    for browser in [&mine, &other] {
        let gone = browser.get(&answer.path);
        assert!(gone.status == 410 && !gone.says(QUESTION) && gone.says("The receipt"));
    }
    let (status, gone) = house.get(&format!("/v1/answers/{id}"));
    assert_eq!((status, &gone["code"]), (410, &Value::from("erased")));
    assert_eq!(mine.get(&format!("/answers/{id}/export.md")).status, 404);
    assert!(!mine.get(&format!("/receipts/{id}")).says(QUESTION));
    assert_eq!(house.get(&format!("/v1/receipts/{id}")).1, receipt);
    assert_eq!(house.get("/v1/earnings").1, before);
    let audit = house.footnote(&["audit"]);
    assert!(audit.status.success(), "{}", text(&audit));
    assert_eq!(mine.get("/history?before=nonsense").status, 400);
}

fn an_answer_leaves_the_house(house: &House) {
    let browser = Browser::speaking(house, "es");
    let answer = browser.ask(QUESTION);
    let markdown = browser.get(&format!("{}/export.md", answer.path));
    assert_eq!(markdown.status, 200);
    let kind = markdown.headers["content-type"].to_str().expect("text");
    assert_eq!(kind, "text/markdown; charset=utf-8");
    assert!(markdown.text.starts_with(&format!("# {QUESTION}")));
    assert!(markdown.says("[^1]: ") && markdown.says(&format!("{}/documents/", house.url)));
    assert!(markdown.says("cobrado 0,0"), "{}", markdown.text);
    let json = browser.get(&format!("{}/export.json", answer.path));
    let exported: Value = serde_json::from_str(&json.text).expect("JSON");
    let id = answer.path.rsplit('/').next().expect("an id");
    assert_eq!(exported, house.get(&format!("/v1/answers/{id}")).1);
    assert_eq!(browser.get(&format!("/answers/0x{}/export.md", "0".repeat(32))).status, 404);
}

fn readers_judge_and_the_operator_reads(house: &House) {
    let browser = Browser::speaking(house, "en");
    let answer = browser.ask(QUESTION);
    let to = format!("{}/feedback", answer.path);
    let asked = browser.submit(&to, &[("verdict", "bad")]);
    assert!(asked.says("what was good or wrong"), "{}", asked.text);
    let thanked = browser.submit(&to, &[("verdict", "bad"), ("reason", "too\nshort\u{1b}")]);
    assert!(thanked.says("Thank you"));
    assert_eq!(browser.submit(&to, &[("verdict", "superb")]).status, 400);
    let printed = house.footnote(&["feedback", "--json"]);
    assert!(printed.status.success(), "{}", text(&printed));
    let first = String::from_utf8(printed.stdout).expect("text");
    let first: Value = serde_json::from_str(first.lines().next().expect("a line")).expect("JSON");
    assert_eq!((&first["verdict"], &first["reason"]), (&"bad".into(), &"too short".into()));
    assert!(answer.path.ends_with(first["answer"].as_str().expect("an id")));
}

fn figures_are_shown_and_scraped(house: &House) {
    let page = Browser::speaking(house, "en").get("/stats");
    assert!(page.status == 200 && page.says("<svg") && page.says("<table"), "{}", page.text);
    let (status, figures) = house.get("/v1/stats");
    assert_eq!(status, 200);
    assert!(figures["total"]["answered"].as_u64() > Some(0), "{figures}");
    let (status, metrics) = house.page("/metrics");
    assert_eq!(status, 200);
    assert!(metrics.contains("footnote_http_requests_total{"), "{metrics}");
    assert!(metrics.contains("footnote_answers_total{outcome=\"answered\"}"), "{metrics}");
}
