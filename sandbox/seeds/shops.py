"""The shops of the world, as data; all invented, with addresses that can't exist."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant: prices are the usual span of one purchase in minor units of `currency`."""

    key: str
    name: str
    legal_name: str
    category: str
    prefix: str
    low: int
    high: int
    currency: str = "EUR"
    country: str = "DE"
    goods: str = ""

    @property
    def temperament(self) -> str:
        """How it answers who wants money back."""
        return TEMPERAMENTS.get(self.key, "accepts")

    @property
    def domain(self) -> str:
        return f"{self.key}.example"


TEMPERAMENTS = {
    "tandem-bikes": "part", "unverpackt-kanal": "part", "quayside-inn": "part",
    "studio-halm": "declines", "drogerie-klar": "declines", "lichtspiel": "declines",
    "faden-zwirn": "contests", "ritter-ilg": "contests", "strandhotel-lyng": "contests",
    "papierhaus": "silent", "spaetkauf-anker": "silent", "wolkenlager": "silent",
}  # fmt: skip
# fmt: off
SHOPS = [
    Shop("nordlicht-books", "Nordlicht Books", "Nordlicht Buchhandel GmbH", "books", "NB", 890,
         7400,
         goods="Atlas of remote lighthouses;Two novels;Poems, second hand;Field guide to lichens"),
    Shop("tandem-bikes", "Tandem Bikes", "Tandem Bikes GmbH", "bicycles", "TB", 1250, 24900,
         goods="city bike, service;brake pads;bell and lock;rear wheel, 28 inch"),
    Shop("kaffeewerk", "Kaffeewerk", "Kaffeewerk Rösterei GmbH", "coffee", "KW", 290, 790,
         goods="flat white;espresso, croissant;beans, 250 g"),
    Shop("harbour-coffee", "Harbour Coffee", "Harbour Coffee Roasters UG", "coffee", "HC", 320, 890,
         goods="filter coffee;cappuccino, cinnamon roll"),
    Shop("gruenmarkt", "Grünmarkt", "Grünmarkt Naturkost eG", "groceries", "GM", 1180, 8650),
    Shop("spaetkauf-anker", "Spätkauf Anker", "Anker Kiosk e.K.", "groceries", "SA", 250, 1890),
    Shop("unverpackt-kanal", "Unverpackt am Kanal", "Unverpackt am Kanal UG", "groceries", "UK",
         740, 3980),
    Shop("backstube-linde", "Backstube Linde", "Bäckerei Linde GmbH", "bakery", "BL", 260, 1450),
    Shop("metroline", "Metroline", "Metroline Verkehrsbetriebe AG", "transit", "ML", 220, 490,
         goods="single ride;single ride, zone AB;four rides"),
    Shop("fernzug", "Fernzug Direkt", "Fernzug Direkt AG", "travel", "FD", 1790, 11900,
         goods="Berlin–Hamburg, second class;seat 64, coach 12;Leipzig and back"),
    Shop("studio-halm", "Studio Halm", "Halm Keramik und Design GbR", "design", "SH", 1800, 9600,
         goods="stoneware bowl;two cups, celadon"),
    Shop("papierhaus", "Papierhaus", "Papierhaus Schreibwaren KG", "stationery", "PH", 450, 4200,
         goods="notebooks;fountain pen ink, petrol;drawing paper A3"),
    Shop("faden-zwirn", "Faden & Zwirn", "Faden und Zwirn Textil GmbH", "clothes", "FZ", 1990,
         14900,
         goods="wool jumper;rain jacket;linen shirt"),
    Shop("drogerie-klar", "Drogerie Klar", "Klar Drogeriemarkt GmbH", "drugstore", "DK", 320, 3400),
    Shop("apotheke-markt", "Apotheke am Markt", "Apotheke am Markt e.K.", "pharmacy", "AM",
         480, 3890),
    Shop("suppenkueche-nord", "Suppenküche Nord", "Suppenküche Nord GmbH", "lunch", "SN", 690,
         1290),
    Shop("falafel-jasmin", "Falafel Jasmin", "Jasmin Gastronomie UG", "lunch", "FJ", 550, 1180),
    Shop("trattoria-bellacqua", "Trattoria Bellacqua", "Bellacqua Gastro GmbH", "restaurant", "TQ",
         2400, 9200),
    Shop("zollhaus", "Zum Alten Zollhaus", "Zollhaus Wirtschaft GmbH", "restaurant", "AZ",
         2100, 7800),
    Shop("lichtspiel", "Lichtspiel Kino", "Lichtspiel Filmtheater GmbH", "culture", "LK", 950, 3600,
         goods="two seats, row 7;matinée;one seat, original with subtitles"),
    Shop("ritter-ilg", "Ritter & Ilg", "Ritter & Ilg Möbelbau OHG", "furniture", "RI", 4900, 48900,
         goods="oak shelf, deposit;desk lamp;bench, oiled"),
    Shop("kleinod-market", "Kleinod Market", "Kleinod Marktplatz SE", "marketplace", "KM", 900,
         12900,
         goods="sold: film camera;sold: record player;sold: winter coat"),
    Shop("lumen-energie", "Lumen Energie", "Lumen Energie eG", "utilities", "LE", 5840, 5840),
    Shop("funknetz", "Funknetz", "Funknetz Mobil GmbH", "phone", "FN", 1499, 1499),
    Shop("glasfaser-spree", "Glasfaser Spree", "Glasfaser Spree GmbH", "internet", "GS", 3990,
         3990),
    Shop("kletterhalle-grat", "Kletterhalle Grat", "Grat Sportstätten GmbH", "sport", "KG",
         5400, 5400),
    Shop("tonfall", "Tonfall Music", "Tonfall Streaming AB", "subscription", "TM", 1099, 1099),
    Shop("abendblatt-neu", "Neues Abendblatt", "Neues Abendblatt Verlag GmbH", "news", "NA",
         2480, 2480),
    Shop("wolkenlager", "Wolkenlager", "Wolkenlager Inc.", "subscription", "WL", 999, 999,
         currency="USD", country="US"),
    Shop("schirm-versicherung", "Schirm Versicherung", "Schirm Versicherung a.G.", "insurance",
         "SV",
         3125, 3125),
    Shop("thames-review", "The Thames Review", "Thames Review Ltd", "news", "TR", 750, 750,
         currency="GBP", country="GB"),
    Shop("quayside-inn", "Quayside Inn", "Quayside Inns Ltd", "travel", "QI", 4200, 16800,
         currency="GBP", country="GB", goods="two nights, breakfast;one night"),
    Shop("marlowe-tea", "Marlowe Tea Rooms", "Marlowe Tea Rooms Ltd", "coffee", "MT", 380, 2150,
         currency="GBP", country="GB"),
    Shop("northgate-rail", "Northgate Rail", "Northgate Rail plc", "travel", "NR", 640, 8900,
         currency="GBP", country="GB", goods="day return;single, off-peak"),
    Shop("kavarna-most", "Kavárna Most", "Kavárna Most s.r.o.", "coffee", "KV", 7500, 32000,
         currency="CZK", country="CZ"),
    Shop("divadlo-luna", "Divadlo Luna", "Divadlo Luna o.p.s.", "culture", "DL", 39000, 118000,
         currency="CZK", country="CZ", goods="two seats, balcony;Rusalka, stalls"),
    Shop("hostinec-u-lip", "Hostinec U Lip", "U Lip pohostinství s.r.o.", "restaurant", "HL",
         18000, 96000, currency="CZK", country="CZ"),
    Shop("havnens-fisk", "Havnens Fisk", "Havnens Fisk ApS", "restaurant", "HF", 9500, 62000,
         currency="DKK", country="DK"),
    Shop("cykeludlejning-oer", "Øernes Cykler", "Øernes Cykeludlejning ApS", "bicycles", "OC",
         12000, 48000, currency="DKK", country="DK", goods="two bikes, three days;one bike"),
    Shop("strandhotel-lyng", "Strandhotel Lyng", "Strandhotel Lyng A/S", "travel", "SL",
         84000, 310000, currency="DKK", country="DK", goods="sea view, two nights;extra night"),
]
# fmt: on
BY_KEY = {shop.key: shop for shop in SHOPS}
