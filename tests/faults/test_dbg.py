from sqlmodel import select
from api.storage.tables import Delivery
import collections
def test_share(site):
    for worker in [site.start_worker() for _ in range(3)]:
        worker.wait_until_at_work()
    events = [site.shop.decide().id for _ in range(60)]
    site.wait_until_all_is_delivered()
    n=site.audit(events)
    c=collections.Counter(r.id for r in site.receiver.received)
    with site.database.reading() as s:
        for d in s.exec(select(Delivery).where(Delivery.attempts>1)): print("ATT", d)
    for i,k in c.items():
        if k>1: print("DUP", i,k,[ (r.at, r.headers["webhook-timestamp"]) for r in site.receiver.received if r.id==i])
    print("repeats",n)
    assert n==0
