"""Countries: their codes (ISO 3166-1, two and three letters) and their names in French (Unicode CLDR)."""

from __future__ import annotations

_COUNTRIES = """
AD AND Andorre
AE ARE Émirats arabes unis
AF AFG Afghanistan
AG ATG Antigua-et-Barbuda
AI AIA Anguilla
AL ALB Albanie
AM ARM Arménie
AO AGO Angola
AQ ATA Antarctique
AR ARG Argentine
AS ASM Samoa américaines
AT AUT Autriche
AU AUS Australie
AW ABW Aruba
AX ALA Îles Åland
AZ AZE Azerbaïdjan
BA BIH Bosnie-Herzégovine
BB BRB Barbade
BD BGD Bangladesh
BE BEL Belgique
BF BFA Burkina Faso
BG BGR Bulgarie
BH BHR Bahreïn
BI BDI Burundi
BJ BEN Bénin
BL BLM Saint-Barthélemy
BM BMU Bermudes
BN BRN Brunei
BO BOL Bolivie
BQ BES Pays-Bas caribéens
BR BRA Brésil
BS BHS Bahamas
BT BTN Bhoutan
BV BVT Île Bouvet
BW BWA Botswana
BY BLR Biélorussie
BZ BLZ Belize
CA CAN Canada
CC CCK Îles Cocos
CD COD Congo-Kinshasa
CF CAF République centrafricaine
CG COG Congo-Brazzaville
CH CHE Suisse
CI CIV Côte d’Ivoire
CK COK Îles Cook
CL CHL Chili
CM CMR Cameroun
CN CHN Chine
CO COL Colombie
CR CRI Costa Rica
CU CUB Cuba
CV CPV Cap-Vert
CW CUW Curaçao
CX CXR Île Christmas
CY CYP Chypre
CZ CZE Tchéquie
DE DEU Allemagne
DJ DJI Djibouti
DK DNK Danemark
DM DMA Dominique
DO DOM République dominicaine
DZ DZA Algérie
EC ECU Équateur
EE EST Estonie
EG EGY Égypte
EH ESH Sahara occidental
ER ERI Érythrée
ES ESP Espagne
ET ETH Éthiopie
FI FIN Finlande
FJ FJI Fidji
FK FLK Îles Malouines
FM FSM Micronésie
FO FRO Îles Féroé
FR FRA France
GA GAB Gabon
GB GBR Royaume-Uni
GD GRD Grenade
GE GEO Géorgie
GF GUF Guyane française
GG GGY Guernesey
GH GHA Ghana
GI GIB Gibraltar
GL GRL Groenland
GM GMB Gambie
GN GIN Guinée
GP GLP Guadeloupe
GQ GNQ Guinée équatoriale
GR GRC Grèce
GS SGS Géorgie du Sud-et-les Îles Sandwich du Sud
GT GTM Guatemala
GU GUM Guam
GW GNB Guinée-Bissau
GY GUY Guyana
HK HKG R.A.S. chinoise de Hong Kong
HM HMD Îles Heard-et-MacDonald
HN HND Honduras
HR HRV Croatie
HT HTI Haïti
HU HUN Hongrie
ID IDN Indonésie
IE IRL Irlande
IL ISR Israël
IM IMN Île de Man
IN IND Inde
IO IOT Territoire britannique de l’océan Indien
IQ IRQ Irak
IR IRN Iran
IS ISL Islande
IT ITA Italie
JE JEY Jersey
JM JAM Jamaïque
JO JOR Jordanie
JP JPN Japon
KE KEN Kenya
KG KGZ Kirghizstan
KH KHM Cambodge
KI KIR Kiribati
KM COM Comores
KN KNA Saint-Christophe-et-Niévès
KP PRK Corée du Nord
KR KOR Corée du Sud
KW KWT Koweït
KY CYM Îles Caïmans
KZ KAZ Kazakhstan
LA LAO Laos
LB LBN Liban
LC LCA Sainte-Lucie
LI LIE Liechtenstein
LK LKA Sri Lanka
LR LBR Liberia
LS LSO Lesotho
LT LTU Lituanie
LU LUX Luxembourg
LV LVA Lettonie
LY LBY Libye
MA MAR Maroc
MC MCO Monaco
MD MDA Moldavie
ME MNE Monténégro
MF MAF Saint-Martin
MG MDG Madagascar
MH MHL Îles Marshall
MK MKD Macédoine du Nord
ML MLI Mali
MM MMR Myanmar (Birmanie)
MN MNG Mongolie
MO MAC R.A.S. chinoise de Macao
MP MNP Îles Mariannes du Nord
MQ MTQ Martinique
MR MRT Mauritanie
MS MSR Montserrat
MT MLT Malte
MU MUS Maurice
MV MDV Maldives
MW MWI Malawi
MX MEX Mexique
MY MYS Malaisie
MZ MOZ Mozambique
NA NAM Namibie
NC NCL Nouvelle-Calédonie
NE NER Niger
NF NFK Île Norfolk
NG NGA Nigeria
NI NIC Nicaragua
NL NLD Pays-Bas
NO NOR Norvège
NP NPL Népal
NR NRU Nauru
NU NIU Niue
NZ NZL Nouvelle-Zélande
OM OMN Oman
PA PAN Panama
PE PER Pérou
PF PYF Polynésie française
PG PNG Papouasie-Nouvelle-Guinée
PH PHL Philippines
PK PAK Pakistan
PL POL Pologne
PM SPM Saint-Pierre-et-Miquelon
PN PCN Îles Pitcairn
PR PRI Porto Rico
PS PSE Territoires palestiniens
PT PRT Portugal
PW PLW Palaos
PY PRY Paraguay
QA QAT Qatar
RE REU La Réunion
RO ROU Roumanie
RS SRB Serbie
RU RUS Russie
RW RWA Rwanda
SA SAU Arabie saoudite
SB SLB Îles Salomon
SC SYC Seychelles
SD SDN Soudan
SE SWE Suède
SG SGP Singapour
SH SHN Sainte-Hélène
SI SVN Slovénie
SJ SJM Svalbard et Jan Mayen
SK SVK Slovaquie
SL SLE Sierra Leone
SM SMR Saint-Marin
SN SEN Sénégal
SO SOM Somalie
SR SUR Suriname
SS SSD Soudan du Sud
ST STP Sao Tomé-et-Principe
SV SLV Salvador
SX SXM Saint-Martin (partie néerlandaise)
SY SYR Syrie
SZ SWZ Eswatini
TC TCA Îles Turques-et-Caïques
TD TCD Tchad
TF ATF Terres australes françaises
TG TGO Togo
TH THA Thaïlande
TJ TJK Tadjikistan
TK TKL Tokelau
TL TLS Timor oriental
TM TKM Turkménistan
TN TUN Tunisie
TO TON Tonga
TR TUR Turquie
TT TTO Trinité-et-Tobago
TV TUV Tuvalu
TW TWN Taïwan
TZ TZA Tanzanie
UA UKR Ukraine
UG UGA Ouganda
UM UMI Îles mineures éloignées des États-Unis
US USA États-Unis
UY URY Uruguay
UZ UZB Ouzbékistan
VA VAT État de la Cité du Vatican
VC VCT Saint-Vincent-et-les Grenadines
VE VEN Venezuela
VG VGB Îles Vierges britanniques
VI VIR Îles Vierges des États-Unis
VN VNM Viêt Nam
VU VUT Vanuatu
WF WLF Wallis-et-Futuna
WS WSM Samoa
YE YEM Yémen
YT MYT Mayotte
ZA ZAF Afrique du Sud
ZM ZMB Zambie
ZW ZWE Zimbabwe
"""

_OTHER_NAMES = (
    "Etats-Unis d'Amérique", "Royaume-Uni de Grande-Bretagne et d'Irlande du Nord", "République tchèque", "Hollande",
    "Fédération de Russie", "République populaire de Chine", "Viêt Nam", "Birmanie", "Swaziland", "Cap-Vert",
    "Macédoine", "Timor-Leste", "République de Corée", "Corée du Nord", "Syrie", "République arabe syrienne",
    "Palestine", "Vatican", "Saint-Siège", "Moldavie", "République de Moldavie", "Iran", "Laos", "Tanzanie", "Bolivie",
    "Venezuela", "Taïwan", "Brunei", "Congo", "République du Congo", "République démocratique du Congo", "Kosovo",
    "Antilles néerlandaises", "Hong-Kong", "Macao", "Turquie", "Bélarus", "Biélorussie", "Micronésie",
)  # fmt: skip

_ROWS = [line.split(" ", 2) for line in _COUNTRIES.strip().splitlines()]
ISO2 = frozenset(row[0] for row in _ROWS)
ISO3 = frozenset(row[1] for row in _ROWS)
NAMES = (*(row[2] for row in _ROWS), *_OTHER_NAMES)
"""Names in French, the usual one first; some countries go by several."""
