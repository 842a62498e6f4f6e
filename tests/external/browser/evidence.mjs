// An auditor takes a quarter's evidence away: scope, counts, download, and what a stranger opens offline;
// then what the log says of originals that two people were shown, and of a hold.
// usage: evidence.mjs ORIGIN LINK FOLDER SECRETS, where SECRETS is JSON: words that must not leave
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { check, end, inBoth, inspect, launch, shoot, signIn, visit } from "./driver.mjs";

const [origin, link, folder, secrets] = process.argv.slice(2);
const browser = await launch();
const state = await signIn(browser, origin, link);
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
// Events in the words of either language.
const WORDS = {
  en: { released: "Released", held: "Held for an editor", refused: "Refused", approved: "Approved", rejected: "Not approved", published: "Published" },
  zh: { released: "已放行", held: "待编辑审阅", refused: "已拒绝", approved: "已批准", rejected: "未批准", published: "已发布" },
};
// Kinds of content; every record of an end or a decision here names one.
const MADE = { en: { text: "Text", image: "Picture", audio: "Sound" }, zh: { text: "文字", image: "图片", audio: "声音" } };

const fill = async (page, regime, redact) => {
  await page.locator("#from").fill(day(-90));
  await page.locator("#to").fill(day(1));
  await page.locator("#regime").selectOption(regime);
  await page.locator("#redact").selectOption(redact);
};

for (const lang of ["en", "zh"]) {
  const page = await visit(browser, origin, { lang, state });
  await page.goto("/console/compliance");
  await inspect(page);
  await shoot(page, "evidence-scope");
  await fill(page, { label: lang === "en" ? "EU AI Act, Article 50" : "欧盟《人工智能法》第 50 条" }, lang === "en" ? "people" : "none");

  // What is shown beforehand is what the log holds.
  const entries = (await (await page.request.get("/v1/audit/entries?n=1000")).json()).data;
  const counted = (event, made) => entries.filter(({ record }) => record.event === event && [record.modality, undefined].includes(made)).length;
  await page.locator("button[value=report]").click();
  const rows = page.locator("table:has(#counts) tr");
  await rows.first().waitFor();
  const shown = [];
  for (const row of await rows.all()) shown.push((await row.locator("th, td").allTextContents()).join(" "));
  const made = Object.keys(MADE[lang]).filter((kind) => Object.keys(WORDS[lang]).some((event) => counted(event, kind) > 0));
  check(made.length > 0 && made.every((kind) => shown[0].includes(MADE[lang][kind])), `the columns are ${shown[0]}`);
  const expected = Object.entries(WORDS[lang]).filter(([event]) => counted(event) > 0).map(([event, word]) => [word, ...made.map((kind) => counted(event, kind)), counted(event)].join(" "));
  check(`${shown.slice(1)}` === `${expected}`, `the page counts ${shown.slice(1)}, the log holds ${expected}`);
  check(counted("released") > 20 && counted("refused") > 0, "there is too little to count");
  check((await page.locator("#regime").inputValue()) === "eu-art50", "the regime is forgotten");
  await inspect(page);
  await shoot(page, "evidence-counts");

  // It says that it is at work, and then what came and where the log has it.
  await page.route("**/console/compliance*", async (route) => {
    await new Promise((done) => setTimeout(done, 1500));
    await route.continue();
  });
  const arrives = page.waitForEvent("download");
  await page.locator("button[value=export]").click();
  await page.locator("#taken progress").waitFor();
  await inspect(page);
  await shoot(page, "evidence-building");
  const download = await arrives;
  await page.locator("#taking a").nth(1).waitFor();
  check((await page.locator("#taken progress").isVisible()) === false, "it goes on saying that it is at work");
  check((await page.locator("#taking a").first().textContent()) === download.suggestedFilename(), "the file is not named");
  await inspect(page);
  await shoot(page, "evidence-taken");
  await download.saveAs(`${folder}/evidence-${lang}.zip`);
  await page.locator("#taking a").nth(1).click();
  await page.waitForURL(/\/console\/audit\/\d+/);
  check((await page.textContent("main")).includes('"exported"'), "the export is no entry of the log");
  await inspect(page);
  await shoot(page, "evidence-entry");
  await page.context().close();
}

// Without a script the same button gives the same kind of file.
{
  const page = await visit(browser, origin, { state, script: false });
  await page.goto("/console/compliance");
  await fill(page, "internal", "people");
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("button[value=export]").click()]);
  check(readFileSync(await download.path()).subarray(0, 2).toString() === "PK", "there is no ZIP without a script");
  await page.context().close();
}

// A stranger unpacks it, with people withheld and without: nothing in it names a person, and the report opens with
// nothing but itself.
for (const lang of ["en", "zh"]) {
  const out = `${folder}/unpacked-${lang}`;
  execFileSync("unzip", ["-q", `${folder}/evidence-${lang}.zip`, "-d", out]);
  const files = readdirSync(out, { recursive: true }).map((name) => `${out}/${name}`).filter((path) => statSync(path).isFile());
  for (const part of ["report.html", "events.csv", "entries.jsonl", "checkpoint", "keys.json", ".tlog-proof", "README"]) {
    check(files.some((path) => path.includes(part)), `the bag has no ${part}`);
  }
  for (const secret of JSON.parse(secrets)) {
    const found = files.filter((path) => readFileSync(path).includes(secret));
    check(found.length === 0, `${secret} is in ${found}`);
  }
  const report = files.find((path) => path.endsWith("report.html"));
  const page = await visit(browser, `file://${out}`);
  await page.goto(`file://${report}`);
  check(page.requests.length === 1, `the report asks for ${page.requests}`);
  await inspect(page);
  await shoot(page, "evidence-report");
  await page.context().close();
}

// That originals were asked for and shown, and that something is on hold, is in the log.
{
  const page = await visit(browser, origin, { state });
  for (const [event, word] of [["reveal_requested", "Originals asked for"], ["revealed", "Originals shown"], ["hold_added", "Hold begun"]]) {
    await page.goto("/console/audit");
    await page.locator("#event").selectOption({ label: word });
    await page.getByRole("button", { name: "Show" }).click();
    await page.waitForURL(new RegExp(`event=${event}`));
    check((await page.locator("main tbody tr").count()) === 1, `${event} is not there once`);
    await inBoth(page, `evidence-${event}`);
  }
  await page.locator("main tbody a").first().click();
  await page.waitForURL(/\/console\/audit\/\d+/);
  check((await page.textContent("main")).includes("a suit of the harbour board"), "the reason of the hold is not told");
  await inBoth(page, "evidence-hold");
  await page.context().close();
}
await end(browser);
