import { expect, test } from "vitest";
import { DEFAULT_THRESHOLD, difficultyOf, type Features, WEIGHTS } from "./difficulty.ts";
import { featuresOf } from "./features.ts";

/** Questions as people ask them, by whether a small model is enough for them. */
const QUESTIONS: readonly (readonly ["easy" | "hard", string])[] = [
  ["easy", "What is the capital of Australia?"],
  ["easy", "hi there"],
  ["easy", "Thanks, that helped!"],
  ["easy", "Translate to German: The meeting has been moved to Thursday afternoon."],
  [
    "easy",
    "Summarize this email in one sentence: Dear team, the office will be closed on Friday for maintenance. Best, Jo",
  ],
  [
    "easy",
    "Classify the sentiment of this review as positive, negative or neutral: The soup was cold but the staff were kind.",
  ],
  ["easy", "Extract the invoice number and the total from: Invoice 2291, due 4 May, total EUR 310.00"],
  ["easy", "Fix the grammar: he go to school every days"],
  ["easy", "Rewrite this more politely: send me the file now"],
  ["easy", "What time zone is Lisbon in?"],
  ["easy", "Give me five names for a coffee shop."],
  ["easy", "How many ounces are in a pound?"],
  ["easy", "Convert 72 degrees Fahrenheit to Celsius."],
  ["easy", "Write a subject line for a newsletter about spring shoes."],
  ["easy", "Who wrote Don Quixote?"],
  ["easy", "List the months with 30 days."],
  ["easy", "What does HTTP 404 mean?"],
  ["easy", "Spell out 4,203 in words."],
  ["easy", "Is a tomato a fruit? Answer yes or no."],
  ["easy", "Where can I change my delivery address?"],
  ["easy", "How do I reset my password?"],
  ["easy", "Write a short birthday greeting for a colleague."],
  ["easy", "Reply to this customer that the parcel ships tomorrow."],
  ["easy", "Turn this into title case: the quick brown fox"],
  ["easy", "Which of these is a vegetable: apple, carrot, plum?"],
  ["easy", "Tag this ticket with one of billing, login, shipping: I was charged twice this month."],
  ["easy", "What is the plural of octopus?"],
  ["easy", "Make this a bulleted list: eggs, flour, milk, butter"],
  ["easy", "Übersetze ins Englische: Wo ist der Bahnhof?"],
  ["easy", "Was ist die Hauptstadt von Portugal?"],
  ["easy", "Traduis en anglais : je voudrais un café."],
  ["easy", "¿Cuál es la capital de Perú?"],
  ["easy", "什么是光合作用？"],
  ["easy", "Tell me a fun fact about otters."],
  ["easy", "Write a two-line poem about rain."],
  ["easy", "Suggest a synonym for happy."],
  ["easy", "What was the year of the first moon landing?"],
  ["easy", "Do you ship to Norway?"],
  ["easy", "Can I pay by invoice?"],
  ["easy", "Correct the spelling: recieve, seperate, definately"],
  ["easy", "What is the format of a UUID?"],
  ["easy", "In one sentence, what is a mutex?"],
  ["easy", "Rephrase: we regret the delay"],
  ["easy", "Pick a colour that goes with navy."],
  ["hard", "Prove that there are infinitely many primes congruent to 3 modulo 4."],
  ["hard", "Derive the closed form of the sum of k^2 from 1 to n by induction, then generalize it to k^3."],
  [
    "hard",
    "Our service deadlocks about once a day under load. Two goroutines take the locks of an account pair in different order only when a refund runs. Find the root cause and propose a fix that keeps throughput.",
  ],
  [
    "hard",
    "Design a distributed rate limiter for 20 regions that never lets a tenant exceed its limit by more than 1 %, and explain the trade-offs against latency.",
  ],
  [
    "hard",
    "Refactor this so that the retry logic is testable:\n```ts\nasync function load(url) {\n  for (let i = 0; i < 5; i++) {\n    try { return await fetch(url); } catch { await sleep(2 ** i * 100); }\n  }\n}\n```",
  ],
  [
    "hard",
    "Implement a lock-free single-producer single-consumer ring buffer in C++ and argue why its memory orderings are right.",
  ],
  [
    "hard",
    'Traceback (most recent call last):\n  File "app.py", line 31, in <module>\n    main()\n  File "app.py", line 22, in main\n    rows = [parse(r) for r in read(path)]\nValueError: too many values to unpack\nIt fails only on the second file. Why, and what should I change?',
  ],
  [
    "hard",
    "A bag has 5 red and 7 blue balls. I draw without replacement until I have seen both colours. What is the expected number of draws? Show your reasoning step by step.",
  ],
  [
    "hard",
    "Analyze whether this clause makes the supplier liable for consequential loss, and how a court in England would likely read it: 'The Supplier shall indemnify the Customer against all losses howsoever arising, save as set out in Schedule 3.'",
  ],
  [
    "hard",
    "Compare and contrast event sourcing and change data capture for a ledger with audit needs, and recommend one.",
  ],
  ["hard", "Find the eigenvalues of [[2,1],[1,3]] and explain geometrically what they mean here."],
  [
    "hard",
    "Optimize this query, which takes 40 seconds on 200 million rows:\nSELECT c.id, sum(o.total) FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.created_at > now() - interval '90 days' GROUP BY c.id ORDER BY 2 DESC LIMIT 100;",
  ],
  [
    "hard",
    "Plan a migration from a monolith with one PostgreSQL database to three services with no downtime. It must be reversible at each step, without double writes for more than a week.",
  ],
  ["hard", "Solve: minimize x^2 + y^2 subject to x + 2y ≥ 3 and x, y ≥ 0. Show the KKT conditions."],
  ["hard", "Evaluate the integral ∫ x e^{-x^2} dx from 0 to ∞ and justify exchanging limits."],
  [
    "hard",
    "Here is a scheduling puzzle. Five talks, three rooms: A must be before B, C not at the same time as D, E only in room 1, and B without a projector. Find all schedules and prove that there are no others.",
  ],
  [
    "hard",
    "Write a threat model for a browser extension that stores API keys, with the five likeliest attacks and a mitigation for each.",
  ],
  [
    "hard",
    "Why does this regex backtrack exponentially, and what is an equivalent one that does not? ^(a+)+b$ — give a proof of the equivalence.",
  ],
  [
    "hard",
    "Design an experiment to tell whether our new ranking model raises retention or only clicks, given that users share accounts and weekends differ.",
  ],
  [
    "hard",
    "Critique the methodology of this study: 40 volunteers from one gym, self-reported diet, no control group, p = 0.049 after trying eleven outcomes.",
  ],
  [
    "hard",
    "Write a function that merges k sorted streams lazily, then analyze its complexity and the edge cases with infinite streams.",
  ],
  [
    "hard",
    "Build a financial model for a subscription business: 3 % monthly churn, 12 % growth, CAC of 90, and a payback period of at most 9 months. What price is needed? Forecast two years.",
  ],
  ["hard", "Beweise, dass die Wurzel aus 2 irrational ist, und verallgemeinere den Beweis auf alle Primzahlen."],
  [
    "hard",
    "Analysiere die Vor- und Nachteile von Event Sourcing für unser Abrechnungssystem und entwirf eine Architektur.",
  ],
  ["hard", "Démontre que toute suite croissante majorée converge."],
  ["hard", "Diseña una arquitectura para procesar un millón de eventos por segundo y analiza sus riesgos."],
  ["hard", "证明：对任意正整数 n，n^3 - n 能被 6 整除。"],
  [
    "hard",
    "Two servers disagree on who is the leader after a network partition heals. Reason through the Raft terms and logs, and say which entries may be lost.",
  ],
  [
    "hard",
    "Debug this: the React component re-renders forever when the filter changes.\n```tsx\nuseEffect(() => { setRows(rows.filter(match)); }, [rows, filter]);\n```",
  ],
  [
    "hard",
    "Give a counterexample to the claim that every continuous function is differentiable somewhere, and explain the idea behind it.",
  ],
  [
    "hard",
    "Estimate how many piano tuners work in Chicago; state each assumption and a range, and do a sensitivity analysis.",
  ],
  [
    "hard",
    "Implement Dijkstra with a Fibonacci heap in Rust, without unsafe code, and compare its complexity with a binary heap.",
  ],
  [
    "hard",
    "We have three job offers to weigh: equity with a four-year vest, a higher salary, or remote work with a lower tax rate. Work out the net present value at 8 % of each and say under which assumptions the ranking flips.",
  ],
  [
    "hard",
    "Write a parser for arithmetic expressions with precedence, unary minus and error recovery:\n- it must not use recursion\n- it must report the column of each error\n- it must run in O(n)\n- no dependencies",
  ],
  ["hard", "Suppose f(x+y) = f(x) + f(y) for all real x and y, and f is bounded on [0, 1]. Determine f."],
  [
    "hard",
    "The p99 of our API doubled after a deploy, but the p50 fell. CPU is the same, GC pauses are the same, connection pool waits went up. Diagnose it: what are the likeliest causes, and which measurement tells them apart?",
  ],
  ["easy", "good morning"],
  ["easy", "Can you tell me your opening hours on Sunday?"],
  [
    "easy",
    "Please summarize the following paragraph: The committee met on Monday and agreed to postpone the vote until the new figures are in.",
  ],
  ["easy", "How tall is Mont Blanc?"],
  ["easy", "Extract all email addresses from this text: contact a@b.com or c@d.org"],
  ["easy", "Write alt text for a photo of a dog on a beach"],
  ["easy", "Name three rivers in France"],
  ["easy", "Does the warranty cover water damage?"],
  ["easy", "Shorten this to 10 words: Our store is open all week except on public holidays."],
  ["easy", "What's the weather usually like in Rome in May?"],
  ["easy", "Is 17 a prime number?"],
  ["easy", "Generate a friendly out-of-office message"],
  ["easy", "Which is larger, a gigabyte or a megabyte?"],
  ["easy", "Translate 'good night' into Japanese"],
  ["easy", "Turn this CSV line into JSON: id,name\n1,Ada"],
  ["easy", "Remind me what BMI stands for"],
  ["easy", "Categorize: apples, hammer, screwdriver, pears"],
  ["easy", "I want to cancel my subscription."],
  ["easy", "Where is my order 4411?"],
  ["easy", "Fasse den Text in zwei Sätzen zusammen: Die Sitzung wurde verschoben, weil der Raum belegt war."],
  ["easy", "Compose a tweet announcing our new bakery."],
  ["easy", "When was the Eiffel Tower built?"],
  ["easy", "Proofread: Their going to the libary tomorow."],
  ["easy", "Give me a synonym for 'quick'"],
  ["easy", "Write a haiku about autumn"],
  ["hard", "Show that the halting problem is undecidable."],
  [
    "hard",
    "Our Kubernetes pods get OOM-killed although the heap is capped at 2 GB of a 4 GB limit. Walk me through how to find where the memory goes.",
  ],
  [
    "hard",
    "Write a Python program that solves sudoku with constraint propagation and backtracking, and explain why it is correct.",
  ],
  [
    "hard",
    "Given a directed graph with negative edges, find the shortest path that visits at most k vertices. What is the complexity?",
  ],
  [
    "hard",
    "Is this contract's non-compete enforceable in California if the employee moved from Texas after signing? Consider choice-of-law.",
  ],
  [
    "hard",
    "Model the spread of a rumour in a network of 1,000 people with an SIR model and find the threshold for an outbreak.",
  ],
  [
    "hard",
    "I have 12 coins, one of which is lighter or heavier. Find it in three weighings and argue that two are not enough.",
  ],
  ["hard", "Explain in depth how Spectre works and how retpolines mitigate it, then assess the performance cost."],
  [
    "hard",
    "Work out the optimal bidding strategy in a first-price sealed-bid auction with uniformly distributed values.",
  ],
  [
    "hard",
    "Review this pull request for concurrency bugs:\n```go\nfunc (c *Cache) Get(k string) int { if v, ok := c.m[k]; ok { return v }; c.m[k] = load(k); return c.m[k] }\n```",
  ],
  ["hard", "Compute the probability that three random points on a circle form an acute triangle."],
  [
    "hard",
    "Come up with a go-to-market strategy for a B2B database start-up entering Japan, with risks, budget and milestones.",
  ],
  [
    "hard",
    "Convert this recursive algorithm to an iterative one without changing its worst-case memory, and prove that it terminates: hanoi(n)",
  ],
  ["hard", "Write the SQL for a 7-day rolling retention by cohort, then optimize it for a table partitioned by day."],
  [
    "hard",
    "Interpret this regression: R² 0.91, VIF of 14 on two predictors, residuals fan out. What is wrong and what would you do?",
  ],
  ["hard", "Erkläre Schritt für Schritt, wie man die Laufzeit dieses Algorithmus herleitet: T(n) = 2T(n/2) + n log n"],
  [
    "hard",
    "TypeError: Cannot read properties of undefined (reading 'map')\n    at List (list.tsx:14:22)\n    at renderWithHooks\nIt happens only after logging out and in again.",
  ],
  [
    "hard",
    "What would happen to bond duration and convexity if rates rise 150 bp? Calculate for a 10-year 4 % coupon bond.",
  ],
  [
    "hard",
    "Develop a lesson plan that teaches recursion to 12-year-olds over five sessions with assessments aligned to Bloom's taxonomy",
  ],
  ["hard", "Find all integer solutions of x^2 - 7y^2 = 1."],
  ["easy", "Could you tell me who painted The Starry Night?"],
  ["easy", "What does 'ad hoc' mean?"],
  ["easy", "Put these words in alphabetical order: pear, apple, fig"],
  ["easy", "Write a thank-you note for a wedding gift"],
  ["easy", "Hello! Are you open today?"],
  ["easy", "Summarise in two bullet points: The report says sales rose in May and fell in June."],
  ["easy", "Detect the language: Bonjour tout le monde"],
  ["easy", "How many days are there in a leap year?"],
  ["easy", "Turn this sentence into the past tense: She walks home."],
  ["easy", "My parcel has not arrived yet"],
  ["easy", "Give me a recipe for pancakes"],
  ["easy", "What is 15% of 80?"],
  ["easy", "Label as spam or not spam: You won a free cruise, click here"],
  ["easy", "Please extract the date: The event takes place on 3 March 2026 in Graz."],
  ["easy", "Suggest a title for a blog post about houseplants"],
  ["easy", "Who is the president of France?"],
  ["easy", "Answer yes or no: is water wet?"],
  ["easy", "I forgot my username"],
  ["easy", "Describe the colour teal in one sentence."],
  ["easy", "Übersetze: Thank you very much"],
  [
    "hard",
    "Given only the following logs from our payment service, work out the sequence of events that led to the double charge and say which invariant was violated.",
  ],
  ["hard", "Write a proof sketch that every planar graph is 5-colourable."],
  [
    "hard",
    "Create a detailed data model and API for a hospital booking system with overbooking rules, audit logging and GDPR deletion.",
  ],
  [
    "hard",
    "I need a Bash script that rotates logs atomically across hosts, survives power loss and never deletes unshipped files.",
  ],
  [
    "hard",
    "How should we restructure a 40-person engineering organisation whose teams are organised by layer, when delivery has slowed by half?",
  ],
  [
    "hard",
    "A train leaves A at 60 km/h; another leaves B, 300 km away, 40 minutes later at 80 km/h towards it. A bird flies between them at 100 km/h until they meet. How far does it fly?",
  ],
  [
    "hard",
    "Why might a mixture-of-experts model underperform a dense model of the same active parameters on long-context retrieval? Propose two ablations.",
  ],
  [
    "hard",
    "Translate this poem into French while keeping the metre and rhyme scheme, and justify each liberty you take: Shall I compare thee to a summer's day?",
  ],
  ["hard", "Implement OAuth 2.1 with PKCE for a single-page app, including token rotation and replay detection."],
  [
    "hard",
    "Rewrite this SQL to avoid the N+1 pattern and explain the plan: SELECT * FROM posts WHERE author_id IN (...)",
  ],
  [
    "hard",
    "Assess whether a Series A company should hedge its euro exposure, given revenue of 40% in EUR and costs in USD.",
  ],
  ["hard", "Construct a context-free grammar for palindromes over {a,b} and show that the language is not regular."],
  ["hard", "Our A/B test shows +2% conversion with p=0.03 after we peeked daily for three weeks. Can we trust it?"],
  ["hard", "Explain the proof of Gödel's first incompleteness theorem to a graduate student."],
  [
    "hard",
    "Plan a seven-day itinerary for a family of five in Japan with two vegetarians, a wheelchair user and a budget of 4000 EUR, with train times.",
  ],
  ["hard", "Optimise the inner loop of this matrix multiply for AVX2:\nfor(i)for(j)for(k)C[i][j]+=A[i][k]*B[k][j];"],
];

const asked = (text: string, more: Partial<Features> = {}): Features => ({
  turns: [text],
  turnCount: 1,
  inputTokens: Math.ceil(text.length / 4),
  maxOutputTokens: null,
  tools: 0,
  media: 0,
  structured: false,
  effort: null,
  ...more,
});
const scoreOf = (text: string, more: Partial<Features> = {}) => difficultyOf(asked(text, more)).score;
const MEASURED = { inputTokens: 100, maxOutputTokens: null, media: 0 };

test("of hard questions at least nine in ten count as hard, and of easy ones as easy", () => {
  for (const wanted of ["easy", "hard"] as const) {
    const questions = QUESTIONS.filter(([label]) => label === wanted);
    const right = questions.filter(([, text]) => scoreOf(text) >= DEFAULT_THRESHOLD === (wanted === "hard"));
    expect(questions.length).toBeGreaterThan(60);
    expect(right.length / questions.length, wanted).toBeGreaterThan(0.9);
  }
});

test("what surrounds the question counts too, and the client's own word on effort most", () => {
  const easy = "What is the capital of Australia?";
  const hard = "Prove that there are infinitely many primes congruent to 3 modulo 4.";
  expect(scoreOf(easy, { tools: 12 })).toBeGreaterThan(scoreOf(easy));
  expect(scoreOf(easy, { inputTokens: 150_000 })).toBeGreaterThan(scoreOf(easy, { inputTokens: 30_000 }));
  expect(scoreOf(easy, { structured: true, maxOutputTokens: 16 })).toBeLessThanOrEqual(scoreOf(easy));
  expect(scoreOf(easy, { effort: "high" })).toBeGreaterThanOrEqual(DEFAULT_THRESHOLD);
  expect(scoreOf(hard, { effort: "minimal" })).toBeLessThan(scoreOf(hard));
  expect(scoreOf(hard, { effort: "high", tools: 20, inputTokens: 1e6 })).toBe(1);
});

test("a conversation is as hard as its hardest turn: it does not fall back by going on", () => {
  const hard = "Derive the closed form of the sum of k^2 by induction.";
  const turns = [hard, "thanks", "what is the capital of Peru?"];
  const { score, signals } = difficultyOf({ ...asked(""), turns, turnCount: 3 });
  expect(score).toBe(scoreOf(hard));
  expect(signals[0]).toEqual({ name: "words for reasoning", weight: WEIGHTS.reasoningWords });
});

test("features are read in every dialect, without what tools answered", () => {
  const chat = {
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "one" },
    ],
  };
  const parts = [
    { type: "text", text: "two" },
    { type: "image_url", image_url: { url: "x" } },
  ];
  const messages = {
    messages: [
      { role: "user", content: [{ type: "text", text: "one" }] },
      { role: "assistant", content: "…" },
      { role: "user", content: [{ type: "tool_result", content: "Prove it." }] },
    ],
    tools: [{ name: "a" }, { name: "b" }],
    thinking: { type: "enabled", budget_tokens: 20_000 },
  };
  const gemini = {
    contents: [{ parts: [{ text: "one" }] }, { role: "model", parts: [{ text: "…" }] }],
    tools: [{ functionDeclarations: [{}, {}, {}] }],
    generationConfig: { responseSchema: {}, thinkingConfig: { thinkingBudget: 0 } },
  };
  expect(featuresOf({ messages: [{ role: "user", content: parts }] }, MEASURED).turns).toEqual(["two"]);
  expect(featuresOf(chat, MEASURED)).toMatchObject({ turns: ["one"], turnCount: 1, tools: 0, effort: null });
  expect(featuresOf(messages, MEASURED)).toMatchObject({ turns: ["one"], tools: 2, effort: "high", structured: false });
  expect(featuresOf(gemini, MEASURED)).toMatchObject({ turns: ["one"], tools: 3, effort: "none", structured: true });
  expect(featuresOf({ input: "one", reasoning: { effort: "low" } }, MEASURED)).toMatchObject({ effort: "low" });
  const items = [
    { type: "function_call_output", output: "x" },
    { role: "user", content: [{ text: "two" }] },
  ];
  expect(featuresOf({ input: items, text: { format: { type: "json_schema" } } }, MEASURED)).toMatchObject({
    turns: ["two"],
    structured: true,
  });
});
