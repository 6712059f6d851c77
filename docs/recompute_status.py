"""Work one status out again from its record: python docs/recompute_status.py http://127.0.0.1:8050 STATUS_ID"""

import json
import math
import sys
import urllib.parse
import urllib.request

site, status_id = sys.argv[1:]
with urllib.request.urlopen(f"{site}/api/v1/statuses/{urllib.parse.quote(status_id)}/record") as reply:
    record = json.load(reply)
before, after, target, england = record["baseline"], record["latest"], record["target"], record["england"]
good = 1 if record["measure"]["polarity"] == "high_is_good" else -1
change = after["value"] - before["value"]
spread = math.hypot(before["standard_error"], after["standard_error"])
p = math.erfc(abs(change) / spread / math.sqrt(2)) / 2
met = target["value"] is not None and (after["value"] - target["value"]) * good >= 0
direction = "improving" if change * good > 0 else "getting_worse"
direction = "target_met" if met else direction if p < 0.05 else "little_change"
versus = change - (england["latest"]["value"] - england["baseline"]["value"])
spread_of_four = math.hypot(spread, england["latest"]["standard_error"], england["baseline"]["standard_error"])
p_versus = math.erfc(abs(versus) / spread_of_four / math.sqrt(2))
print(f"worked out: {direction} p={p:.6f}; change less England's {versus:.4f} p={p_versus:.6f}")
is_, change_is = record["direction"], england["change_versus"]
print(f"published:  {is_['is']} p={is_['p']:.6f}; change less England's {change_is['is']:.4f} p={change_is['p']:.6f}")
