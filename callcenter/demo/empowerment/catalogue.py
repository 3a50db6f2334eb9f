"""Departments, causes with the responsible department, goods and entitlements of the demo company."""

from dataclasses import dataclass

Names = dict[str, str]

DEPARTMENTS: dict[str, Names] = {
    "delivery": {"en": "Delivery", "zh": "配送部"},
    "billing": {"en": "Billing", "zh": "账务部"},
    "warehouse": {"en": "Warehouse", "zh": "仓库"},
    "carriers": {"en": "Carrier relations", "zh": "承运商管理部"},
    "fitting": {"en": "Fitting", "zh": "安装部"},
    "service": {"en": "Repair service", "zh": "维修部"},
}
TEAM_OF = {"Delivery": "delivery", "Billing and returns": "billing", "中文服务": "delivery"}

# Keys as in the rules; the texts are those of the themes, which tickets carry.
CAUSES: dict[str, tuple[Names, str]] = {
    "delivery_window_missed": ({"en": "Delivery · window missed", "zh": "配送 · 错过约定时间"}, "carriers"),
    "delivery_tracking": ({"en": "Delivery · tracking", "zh": "配送 · 物流查询"}, "delivery"),
    "delivery_damaged": ({"en": "Delivery · damaged", "zh": "配送 · 商品损坏"}, "carriers"),
    "delivery_wrong_item": ({"en": "Delivery · wrong item", "zh": "配送 · 发错商品"}, "warehouse"),
    "fitting_appointment": ({"en": "Fitting · appointment", "zh": "安装 · 预约"}, "fitting"),
    "fitter_late": ({"en": "Fitting · fitter late", "zh": "安装 · 师傅迟到"}, "fitting"),
    "repair_warranty": ({"en": "Repair · warranty", "zh": "维修 · 保修"}, "service"),
    "returns_pick_up": ({"en": "Returns · pick-up", "zh": "退货 · 上门取件"}, "warehouse"),
    "billing_refund": ({"en": "Billing · refund", "zh": "账单 · 退款"}, "billing"),
    "billing_invoice": ({"en": "Billing · invoice", "zh": "账单 · 发票"}, "billing"),
    "billing_charged_twice": ({"en": "Billing · charged twice", "zh": "账单 · 重复扣款"}, "billing"),
    "billing_instalments": ({"en": "Billing · instalments", "zh": "账单 · 分期"}, "billing"),
    "billing_voucher": ({"en": "Billing · voucher", "zh": "账单 · 代金券"}, "billing"),
}
CAUSE_OF = {name: key for key, (names, _) in CAUSES.items() for name in names.values()}


@dataclass(frozen=True)
class Ware:
    """A product, with its price in minor units of each currency."""

    names: Names
    usd: int
    cny: int

    def price(self, currency: str) -> int:
        return self.cny if currency == "CNY" else self.usd


DISHWASHER = Ware({"en": "dishwasher", "zh": "洗碗机"}, 68_900, 459_900)
WASHER = Ware({"en": "washing machine", "zh": "洗衣机"}, 74_900, 499_900)
FRIDGE = Ware({"en": "fridge", "zh": "冰箱"}, 98_900, 649_900)
OVEN = Ware({"en": "oven", "zh": "烤箱"}, 54_900, 379_900)
GRINDER = Ware({"en": "coffee grinder", "zh": "磨豆机"}, 12_900, 89_900)
SHELF = Ware({"en": "shelf", "zh": "柜子"}, 18_900, 129_900)
SIDEBOARD = Ware({"en": "sideboard", "zh": "餐边柜"}, 42_900, 289_900)
SOFA = Ware({"en": "sofa", "zh": "沙发"}, 89_900, 599_900)
TABLE = Ware({"en": "dining table", "zh": "餐桌"}, 39_900, 269_900)
AIR = Ware({"en": "air conditioner", "zh": "空调"}, 62_900, 329_900)
LAMP = Ware({"en": "lamp", "zh": "灯具"}, 6_900, 45_900)

GOODS: dict[str, tuple[Ware, ...]] = {
    "delivery_damaged": (SHELF,),
    "delivery_wrong_item": (SIDEBOARD,),
    "fitter_late": (WASHER,),
    "fitting_appointment": (AIR, WASHER, OVEN),
    "repair_warranty": (FRIDGE,),
}
ANY_GOODS = (DISHWASHER, WASHER, FRIDGE, OVEN, GRINDER, SHELF, SIDEBOARD, SOFA, TABLE, LAMP)

# A scripted ticket's subject names its product.
NAMED_PRODUCTS = {
    "Dishwasher": DISHWASHER,
    "Coffee grinder": GRINDER,
    "Grinder": GRINDER,
    "Oven": OVEN,
    "洗衣机": WASHER,
    "空调": AIR,
}

CARE = ("care_plus", {"en": "Care+, repair at home", "zh": "Care+ 上门维修"})
WARRANTY = ("warranty", {"en": "Warranty of the maker", "zh": "厂家保修"})
EXPRESS = ("gold_express", {"en": "Gold, express redelivery twice a year", "zh": "金卡，每年两次加急重新配送"})
