// A browser that watches: every page must load from its own origin alone, say nothing on the console,
// keep its policy, open no dialog, and pass axe-core's rules for WCAG 2.2 AA.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";

const require = createRequire(import.meta.url); // It honours NODE_PATH, `import` does not.
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export const faults = [];
export const counts = { pages: 0, axe: 0, requests: 0, shots: 0 };

export const check = (holds, what) => {
  if (!holds) faults.push(what);
};

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

// A fresh visitor, or one who has signed in. `options`: lang, width, height, scale, scheme, script, status,
// state.
export const visit = async (browser, origin, options = {}) => {
  const { lang = "en", width = 1280, height = width < 500 ? 720 : 900, scale = 1, scheme = "light", script = true, status = [], state } = options;
  const context = await browser.newContext({
    baseURL: origin,
    locale: lang === "zh" ? "zh-CN" : "en-GB",
    viewport: { width, height },
    deviceScaleFactor: scale,
    colorScheme: scheme,
    javaScriptEnabled: script,
    permissions: [],
    storageState: state,
  });
  // Machines that test are busy; what is measured is measured apart.
  context.setDefaultTimeout(180_000);
  const page = await context.newPage();
  page.requests = [];
  const told = (what) => faults.push(`${page.url()} (${page.variant}): ${what}`);
  page.variant = `${lang}-${width}-${scheme}`;
  page.on("request", (request) => {
    const url = request.url();
    if (url.startsWith("data:") || url.startsWith("blob:")) return;
    page.requests.push(url);
    counts.requests += 1;
    if (!url.startsWith(`${origin}/`)) told(`a request to ${url}`);
  });
  page.on("console", (message) => {
    const text = message.text();
    // The browser itself reports an answer that is not 200, which some tests ask for.
    const wanted = status.some((code) => text.includes(`status of ${code}`));
    if (["error", "warning"].includes(message.type()) && !wanted) told(`console: ${text}`);
  });
  page.on("pageerror", (error) => told(`script: ${error}`));
  page.on("dialog", (dialog) => {
    told(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  if (script) {
    await page.addInitScript(() => {
      window.violations = [];
      document.addEventListener("securitypolicyviolation", (event) =>
        window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`),
      );
    });
  }
  page.told = told;
  page.signed = state !== undefined;
  return page;
};

// What holds of every page, wherever it is looked at.
export const inspect = async (page) => {
  counts.pages += 1;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) page.told(`it is ${wide} px too wide`);
  const violations = await page.evaluate(() => window.violations ?? []);
  violations.forEach((violation) => page.told(`policy: ${violation}`));
  const stored = await page.evaluate(() => localStorage.length + sessionStorage.length);
  if (stored > 0) page.told("something is stored");
  const cookies = await page.context().cookies();
  if (!page.signed && cookies.length > 0) page.told("a cookie");
  if (page.signed && cookies.some((cookie) => !cookie.httpOnly || cookie.sameSite !== "Lax")) page.told("an open cookie");
  await page.evaluate(axe);
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), RULES);
  counts.axe += 1;
  for (const { id, nodes } of found.violations) {
    page.told(`axe: ${id}: ${nodes.map((node) => node.target.join(" ")).slice(0, 4).join(", ")}: ${nodes[0].failureSummary}`);
  }
};

export const shoot = async (page, name) => {
  const folder = process.env.IMPRIMATUR_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  counts.shots += 1;
  await page.screenshot({ path: `${folder}/${name}-${page.variant}.png`, fullPage: true });
};

// The page that is open, narrow and wide, light and dark: what holds of every page, and a picture of each.
// A page is one document for all of these, so it is not asked for again.
export const inAllLooks = async (page, name) => {
  const lang = page.variant.split("-")[0];
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: width < 500 ? 720 : 900 });
    for (const scheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: scheme });
      page.variant = `${lang}-${width}-${scheme}`;
      await inspect(page);
      await shoot(page, name);
    }
  }
};

// A page that a link leads to, in both languages: what holds of every page, and a picture of each.
export const inBoth = async (page, name) => {
  const here = new URL(page.url());
  for (const lang of ["zh", "en"]) {
    here.searchParams.set("lang", lang);
    await page.goto(here.href);
    check((await page.getAttribute("html", "lang")) === (lang === "zh" ? "zh-Hans" : "en"), `${name} is not in ${lang}`);
    page.variant = page.variant.replace(/^[a-z]+/, lang);
    await inspect(page);
    await shoot(page, name);
  }
};

// Chooses a file and waits for the verdict.
export const verify = async (page, file) => {
  await page.setInputFiles("#file", file);
  await page.waitForSelector("#verdict");
  return page.getAttribute(".result", "data-verdict");
};

// Signs in by a link that is good once; what the browser keeps of it.
export const signIn = async (browser, origin, link) => {
  const page = await visit(browser, origin);
  await page.goto(`/console/sign-in?link=${link}`);
  await page.getByRole("button").click();
  await page.waitForURL((url) => !url.pathname.includes("sign-in"));
  const state = await page.context().storageState();
  await page.context().close();
  return state;
};

export const end = async (browser) => {
  await browser.close();
  console.log(JSON.stringify(counts));
  if (faults.length > 0) {
    console.log([...new Set(faults)].join("\n"));
    process.exit(1);
  }
  console.log("ok");
};
