# SPDX-License-Identifier: GPL-2.0
# Reads KTAP, prints each leaf case as verdict|suite: name|reason. A result line that closes a nested
# suite is not a case, unless it says "not ok" where all its cases passed. A plan that was not met and
# a "Bail out!" are failures.

function depth(line)
{
	match(line, /^ */)
	return RLENGTH
}

function out(verdict, name, reason)
{
	gsub(/\|/, "/", name)
	print verdict "|" name "|" reason
}

# The names of the suites around a case at depth d.
function path(d,	i, p)
{
	p = ""
	for (i = 0; i <= d; i++)
		if (i in subtest)
			p = p subtest[i] ": "
	return p
}

function deeper(d,	i)
{
	for (i in got)
		if (i + 0 > d)
			return 1
	return 0
}

# Forget the suites below depth d; true when one of their cases failed.
function close_below(d, name,	i, failed)
{
	failed = 0
	for (i in got) {
		if (i + 0 <= d)
			continue
		if ((i in plan) && plan[i] != got[i]) {
			out("not ok", name ": plan", "planned " plan[i] ", ran " got[i])
			failed = 1
		}
		failed += bad[i]
		delete got[i]
		delete plan[i]
		delete bad[i]
		delete subtest[i]
	}
	return failed
}

{
	d = depth($0)
	line = substr($0, d + 1)
}

# Programs that ran one after another: each begins so.
d == 0 && line ~ /^K?TAP version/ {
	end_stream()
}

line ~ /^# Subtest: / {
	subtest[d] = substr(line, 12)
	next
}

line ~ /^1\.\.[0-9]+/ {
	plan[d] = substr(line, 4) + 0
	got[d] += 0
	next
}

line ~ /^(not )?ok ([0-9]|- )/ {
	failed = line ~ /^not /
	text = line
	sub(/^(not )?ok *[0-9]* *(- )?/, "", text)
	reason = ""
	if (match(text, / # /)) {
		reason = substr(text, RSTART + 3)
		text = substr(text, 1, RSTART - 1)
	}
	got[d]++
	if (deeper(d)) {
		if (close_below(d, text))
			bad[d]++
		else if (failed) {
			out("not ok", path(d) text, "failed outside of its cases: " said)
			bad[d]++
		}
		next
	}
	if (reason ~ /^[Ss][Kk][Ii][Pp]/) {
		sub(/^[A-Za-z]+ */, "", reason)
		out("skip", path(d) text, reason)
	} else if (failed) {
		out("not ok", path(d) text, reason != "" ? reason : said)
		bad[d]++
	} else {
		out("ok", path(d) text, "")
	}
	said = ""
	next
}

line ~ /^Bail out!/ {
	out("not ok", "bail out", line)
	next
}

# What a failed case said: KUnit's "# name: EXPECTATION FAILED at file:line" and the lines below it.
line ~ / FAILED at / {
	if (said == "")
		grab = 4
	sub(/^# /, "", line)
}

grab > 0 {
	said = said (said == "" ? "" : "; ") line
	grab--
	next
}

line ~ /^# / {
	if (said == "")
		said = substr(line, 3)
}

# A plan that no case followed counts too.
function end_stream(	i)
{
	for (i in plan)
		if (plan[i] != got[i])
			out("not ok", "plan", "planned " plan[i] ", ran " got[i])
	split("", plan)
	split("", got)
	split("", bad)
	split("", subtest)
	said = ""
}

END {
	end_stream()
}
